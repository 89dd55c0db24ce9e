"""Keeps a process of many threads near the memory it uses.

glibc gives threads arenas of their own, eight a processor, and what one frees the others cannot have: a worker with
eight pages under way holds half as much again as it needs. One arena costs no time, since Python lets one thread
compute; and what lies free in the middle of it goes back to the system now and then.
"""

import ctypes
from itertools import count

_M_ARENA_MAX = -8
"""malloc.h; mallopt(3)"""
OFTEN = 32
"""Seeds after which free memory is given back: some milliseconds of work."""
_seeds = count(1)


def share_arena() -> None:
    """Let the threads that begin from now on share one arena; where the C library is another, nothing happens."""
    _call("mallopt", _M_ARENA_MAX, 1)


def give_back() -> None:
    """Called after each seed."""
    if next(_seeds) % OFTEN == 0:
        _call("malloc_trim", 0)


def _call(name: str, *numbers: int) -> None:
    try:
        getattr(ctypes.CDLL(None), name)(*numbers)
    except (AttributeError, OSError, TypeError):
        return
