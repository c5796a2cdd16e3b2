"""All attempts of a slot fit into it, and the remedy offered works."""

import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest

from vigie.catalogue import Catalogue, Duration, Endpoint, Kinds, Model
from vigie.catalogue.model import Timing
from vigie.catalogue.timing import check_timing

ENDPOINT = """\
services:
  - key: api
    name: Public API
    endpoints:
      - {{key: health, http: 'https://shop.example/', timeout: 2s, expect: {{within: {within}}}}}
"""
EVERY = ("1s", "2s", "5s", "9s", "12s", "29s", "30s", "60s", "1h")
TIMEOUT = ("100ms", "1s", "3s", "10s", "30s", "90s")
RETRIES: tuple[tuple[str, ...], ...] = ((), ("200ms",), ("2s", "10s"), ("1s", "3s", "20s"))
REMEDY = re.compile(r"\(write (?:timeout: (\w+))?(?: or less)?(?: and )?(?:retries: \[(.*)\])?\)$")


class Expect(Model):
    """One thing to expect of an answer."""

    within: Duration | None = None


class Expecting(Endpoint):
    """As small as a kind can be that expects something."""

    http: str
    expect: Expect = Expect()


@pytest.fixture
def kinds() -> Kinds:
    return {"http": Expecting}


def test_answer_that_is_expected_after_the_timeout_is_refused(
    good: Callable[..., Catalogue], bad: Callable[[Mapping[str, str]], list[str]]
) -> None:
    """It could never fail."""
    never = {"probes/shop.yaml": ENDPOINT.format(within="2001ms")}

    assert good({"probes/shop.yaml": ENDPOINT.format(within="2s")}).services
    [problem] = bad(never)
    assert problem == (
        "probes/shop.yaml:5:84: services[0].endpoints[0].expect.within: 2001ms is never exceeded:"
        " an attempt ends after its timeout of 2s (write 2s or less, or a longer timeout)"
    )


def timing(**words: Any) -> Timing:
    return Timing.model_validate(words)


@pytest.mark.parametrize(("every", "timeout", "retries"), list(product(EVERY, TIMEOUT, RETRIES)))
def test_remedy_that_is_offered_is_accepted(
    every: str, timeout: str, retries: tuple[str, ...]
) -> None:
    words: dict[str, Any] = {"every": every, "timeout": timeout, "retries": retries}
    for _, what in check_timing(timing(**words)):
        remedy = REMEDY.search(what)
        assert remedy
        if remedy[1] is not None:
            words["timeout"] = remedy[1]
        if remedy[2] is not None:
            words["retries"] = tuple(filter(None, remedy[2].split(", ")))

    assert [] == list(check_timing(timing(**words)))


@pytest.mark.parametrize(
    ("every", "timeout", "retries", "fits"),
    [
        ("60s", "10s", ("2s", "10s"), True),  # 10 + 10 + 10 = 30
        ("30s", "10s", ("2s", "10s"), True),  # 10 + 10 + 10 = 30
        ("29s", "10s", ("2s", "10s"), False),
        ("11s", "1s", ("2s", "10s"), True),  # 10 + 1 = 11
        ("10s", "1s", ("2s", "10s"), False),
        ("1s", "1s", (), True),
        ("1s", "500ms", ("200ms",), True),  # 500 + 500 = 1000
        ("1s", "501ms", ("200ms",), False),
    ],
)
def test_attempts_fit_when_the_last_may_end_with_its_slot(
    every: str, timeout: str, retries: tuple[str, ...], *, fits: bool
) -> None:
    found = list(check_timing(timing(every=every, timeout=timeout, retries=retries)))

    assert fits == (not found)
