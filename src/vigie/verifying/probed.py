"""What probes saw, against how it was probed: causes, failures, holes."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from vigie.reporting import Figures
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
    known, services = _endpoints(figures), {one.scope for one in figures.services}
    for number, gap in enumerate(figures.contents.gaps):
        # A service without an endpoint is a hole as well.
        if gap.endpoint not in known and (gap.endpoint, gap.service in services) != (None, True):
            yield f"figures.contents.gaps[{number}].endpoint: {gap.endpoint} was not probed"
    yield from _causes(figures, known)


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


def _causes(figures: Figures, known: set[str]) -> Iterator[str]:
    """Compare the first failure of each outage with what was probed, and with what failed."""
    if not has_one_version(figures):
        return
    counted, period = {one.reason for one in figures.contents.failures}, figures.period
    for number, outage in enumerate(figures.outages):
        # Beyond an edge of the period others were probed, and nothing is counted.
        is_inside = period.starts <= outage.starts and outage.ends <= period.ends
        if outage.cause is None or not is_inside:
            continue
        endpoint, reason = _parted(outage.cause)
        if endpoint not in known or reason not in counted:
            place = f"figures.outages[{number}].cause"
            yield f"{place}: says {outage.cause}, and no failed probe counts so"


def _parted(cause: str) -> tuple[str, str]:
    """Return endpoint and reason of `api-health: status 503`."""
    endpoint, _, said = cause.partition(": ")
    reason, _, status = said.partition(" ")
    return endpoint, STATUS if reason == STATUS and status.isdecimal() else said
