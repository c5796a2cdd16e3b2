"""The frames of a drawing lie in one piece of memory, however deep it is."""

import resource
from collections.abc import Callable
from functools import partial

import pytest

from vigie.reporting.drawing.stack import in_one_piece

DEPTHS = 400  # deeper than documents nest; a piece of Python's own ends within 200
CALLS = 200


def _nothing() -> None:
    pass


def _most_faults(depth: int = DEPTHS) -> int:
    """Return the pages that the system had to give for the calls of the worst depth."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        _nothing()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return max(own, _most_faults(depth - 1)) if depth else own


def test_calls_at_no_depth_ask_the_system_for_memory_each_time() -> None:
    in_one_piece(_most_faults)  # the pages of the piece themselves
    assert in_one_piece(_most_faults) < CALLS


def test_result_and_error_are_the_works_own() -> None:
    fails: Callable[[], int] = partial(int, "x")

    assert 42 == in_one_piece(lambda: 42)
    with pytest.raises(ValueError, match="invalid literal"):
        in_one_piece(fails)
