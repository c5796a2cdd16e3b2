"""What probes saw, against how it was probed: causes, failures, holes."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from vigie.reporting import Figures, Outage
from vigie.verifying.numbers import has_one_version

STATUS = "status"
TIMEOUT = re.compile(r"(\d{1,9})(ms|s|m|h|d)", re.ASCII)
UNITS = {
    name: Decimal(seconds)
    for name, seconds in {"ms": "0.001", "s": "1", "m": "60", "h": "3600", "d": "86400"}.items()
}


def probed(figures: Figures) -> Iterator[str]:
    """Yield what probes are said to have seen, and cannot have."""
    yield from _probes(figures)
    yield from _failures(figures)
    known = _endpoints(figures)
    for number, gap in enumerate(figures.contents.gaps):
        if gap.endpoint not in known:
            yield f"figures.contents.gaps[{number}].endpoint: {gap.endpoint} was not probed"
    for number, outage in enumerate(figures.outages):
        if outage.cause is not None and not _may_be(figures, outage, outage.cause, known):
            place = f"figures.outages[{number}].cause"
            yield f"{place}: says {outage.cause}, and no failed probe counts so"


def _probes(figures: Figures) -> Iterator[str]:
    services = {one.scope for one in figures.services}
    endpoints = [one.endpoint for one in figures.probes]
    if len(endpoints) != len({*endpoints}):
        yield "figures.probes: an endpoint is there twice"
    for number, probe in enumerate(figures.probes):
        place = f"figures.probes[{number}]"
        if probe.service not in services:
            yield f"{place}.service: {probe.service} is none of figures.services"
        told = TIMEOUT.fullmatch(probe.timeout or "")
        if (int(told[1]) * UNITS[told[2]] if told else None) != probe.timeout_s:
            yield f"{place}.timeout: says {probe.timeout}, its seconds are {probe.timeout_s}"


def _failures(figures: Figures) -> Iterator[str]:
    failures = figures.contents.failures
    if len(failures) != len({one.reason for one in failures}):
        yield "figures.contents.failures: a reason is there twice"
    if any(after.probes > before.probes for before, after in pairwise(failures)):
        yield "figures.contents.failures: are out of order"


def _endpoints(figures: Figures) -> set[str]:
    results = figures.evidence.results if figures.evidence else ()
    return {one.endpoint for one in results} | {one.endpoint for one in figures.probes}


def _may_be(figures: Figures, outage: Outage, cause: str, known: set[str]) -> bool:
    """Whether a failed probe that counts can have been the first one of an outage."""
    period = figures.period
    endpoint, _, said = cause.partition(": ")
    reason, _, status = said.partition(" ")
    # Beyond an edge of the period others were probed, and nothing is counted.
    if outage.starts < period.starts or outage.ends > period.ends or not has_one_version(figures):
        return True
    counted = {one.reason for one in figures.contents.failures}
    if reason == STATUS and status:
        return endpoint in known and STATUS in counted and status.isdecimal()
    return endpoint in known and said in counted
