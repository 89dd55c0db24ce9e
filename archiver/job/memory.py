"""Keeps a process of many threads near the memory it uses.

glibc gives threads arenas of their own, eight a processor, and what one frees the others cannot have: a worker with
eight pages under way holds half as much again as it needs. Two cost no time, since Python lets one thread compute.
"""

import ctypes

_M_ARENA_MAX = -8
"""malloc.h; mallopt(3)"""
ARENAS = 2


def share_arenas() -> None:
    """Let the threads that begin from now on share two arenas; where the C library is another, nothing happens."""
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
    except (AttributeError, OSError, TypeError):
        return
