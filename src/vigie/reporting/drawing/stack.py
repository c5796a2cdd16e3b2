"""Room for the frames of a drawing in one piece.

Python's frames lie in pieces of 16 KiB. Where a loop's calls happen to cross the end of one,
CPython 3.11 and 3.12 ask the system for the next at each call, and give it back at each return:
a ninth of a document's time (https://github.com/python/cpython/issues/142183).
"""

from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")

_WORDS = 2**15  # as many are left for frames: a piece is the next power of two above what it is for


def in_one_piece(work: Callable[[], _Result]) -> _Result:
    """Return what *work* does, with 256 KiB for the frames of its calls."""
    return work()


in_one_piece.__code__ = in_one_piece.__code__.replace(co_stacksize=_WORDS)
