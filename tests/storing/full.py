"""A disk that is full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def largest_file(octets: int, process: int = 0) -> Iterator[None]:
    """The *process* (0: this one) writes no file beyond *octets*: it fails half-way, as when full.

    The kernel refuses the write itself, for anybody and on any file system.
    """
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))
