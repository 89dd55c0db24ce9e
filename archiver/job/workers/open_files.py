"""How many seeds the limit of open files allows (RLIMIT_NOFILE). It is looked at before a job begins: a job that runs
into it fails seed after seed for a reason that is not theirs."""

import resource

from archiver.errors import UsageError

PER_SEED = 12
"""Files that one seed has open at most: connections, its WARC files and spools, what is read of a shared requisite."""
AT_REST = 64
"""Files of a process that has nothing under way."""


def seeds_at_once(most: int) -> int:
    """How many seeds a process may have under way, `most` or fewer. Raises the soft limit, which processes inherit,
    where the hard one allows it. Raises UsageError where there is no room for one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = AT_REST + most * PER_SEED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
        except (OSError, ValueError):
            pass  # a system with a lower limit of its own: then with what there is
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return most
    if soft < AT_REST + PER_SEED:
        raise UsageError(
            f"this process may have {soft} files open, which is too few to archive one seed; raise the limit to "
            f"{wanted} (ulimit -n {wanted})"
        )
    return (soft - AT_REST) // PER_SEED
