"""The command `test`: one endpoint, probed now and explained."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from vigie import catalogue, clock, probing, settings
from vigie.catalogue import Catalogue, advice, shown
from vigie.errors import UsageError, VigieError
from vigie.legible import one_line
from vigie.probing import (
    Attempt,
    Checked,
    Explained,
    Outcome,
    Target,
    explain,
    kind_of,
    listened,
    stored,
)

WIDTH = 80
STATUS = {Outcome.UP: 0, Outcome.DOWN: 1, Outcome.UNKNOWN: 2}
MEANING = {
    Outcome.UP: "the target answered as expected",
    Outcome.DOWN: "the target failed in every attempt",
    Outcome.UNKNOWN: "it could not be told whether the target works",
}
PHASES = {
    "dns": "name resolved",
    "connect": "connected",
    "tls": "TLS handshake",
    "first_byte": "first byte",
    "duration": "total",
}
PASSED = {True: "passed", False: "FAILED", None: "not told"}


async def explain_endpoint(
    endpoint: str,
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> int:
    """Probe one endpoint now and explain what came; nothing is stored, no database is needed.

    The exit status is 0 when it is up, 1 when it is down, 2 when that could not be told.

    Parameters
    ----------
    endpoint
        The endpoint's key.
    as_json
        Print one JSON object instead of lines.
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    """
    try:
        found = catalogue.load(directory, probing.MODELS)
        target = _target(found, endpoint)
    except VigieError as error:
        error.status = STATUS[Outcome.UNKNOWN]
        raise
    location, *_ = target.endpoint.locations or found.locations
    beats = partial(stored, settings.read(directory).home / "beats", location)
    with listened(beats), Console(stderr=True).status(f"probing {endpoint}"):
        told = await explain(target)
    if as_json:
        print(json.dumps(_object(target, told), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(target, told)))
    return STATUS[told.result.outcome]


def _target(found: Catalogue, key: str) -> Target:
    targets = {
        endpoint.key: Target(service=service.key, endpoint=endpoint, allow=service.allow)
        for service in found.services
        for endpoint in service.endpoints
    }
    if key not in targets:
        raise UsageError(f"the catalogue has no endpoint {shown(key)} ({advice(key, targets)})")
    return targets[key]


def _address(target: Target) -> str:
    """Return what is probed as the catalogue writes it: with placeholders for secrets."""
    written = target.endpoint.model_dump(mode="json", by_alias=True)[kind_of(target.endpoint).name]
    if isinstance(written, list):  # of steps
        return ", then ".join(step["url"] for step in written)
    return written if isinstance(written, str) else json.dumps(written, ensure_ascii=False)


def _lines(target: Target, told: Explained) -> Iterator[str]:
    result, endpoint = told.result, target.endpoint
    yield from _line("Endpoint", f"{endpoint.key}, of service {target.service}")
    yield from _line(f"Kind {kind_of(endpoint).name}", _address(target))
    yield from _line("Outcome", f"{result.outcome}: {MEANING[result.outcome]}")
    if result.reason:
        yield from _line("Reason", f"{result.reason}: {result.attempts[-1].detail}")
    for attempt, checked in zip(result.attempts, told.checked, strict=True):
        yield ""
        yield from _attempt(attempt, checked)


def _attempt(attempt: Attempt, checked: tuple[Checked, ...]) -> Iterator[str]:
    yield from _line(f"Attempt {attempt.number}", f"{attempt.outcome}, at {_utc(attempt.started)}")
    if attempt.reason:
        yield from _line("  reason", f"{attempt.reason}: {attempt.detail}")
    for name, value in (("answer", attempt.body), ("address", attempt.address)):
        if value:
            yield from _line(f"  {name}", value)
    for phase, words in PHASES.items():
        took = getattr(attempt, f"{phase}_us")
        if took is not None:
            by = f" by {attempt.tls_by}" if phase == "tls" and attempt.tls_by else ""
            yield from _line(f"  {words}", f"{took / 1000:10.3f} ms{by}")
    if attempt.certificate_expires:
        yield from _line("  certificate", _certificate(attempt.certificate_expires))
    for one in checked:
        yield from _line(f"  {PASSED[one.passed]}", _compared(one))


def _compared(one: Checked) -> str:
    if one.passed is False:  # says what was asked, too
        return f"{one.name}: {one.came}"
    return f"{one.name}: {one.asked}" + (f" (came: {one.came})" if one.came else "")


def _certificate(ends: datetime) -> str:
    return f"ends {_utc(ends)}, in {(ends - clock.now()).days} days"


def _line(label: str, text: str) -> Iterator[str]:
    """Yield *text* behind its label, in as many lines as its width needs."""
    for line in wrap(one_line(text), WIDTH - 18) or [""]:
        yield f"{label:<17} {line}"
        label = ""


def _object(target: Target, told: Explained) -> Mapping[str, Any]:
    result = told.result
    return {
        "endpoint": result.endpoint,
        "service": target.service,
        "kind": kind_of(target.endpoint).name,
        "target": _address(target),
        "at": _utc(result.at),
        "outcome": result.outcome,
        "reason": result.reason,
        "attempts": [
            {
                **{name: _plain(value) for name, value in asdict(attempt).items()},
                "expectations": [asdict(one) for one in checked],
            }
            for attempt, checked in zip(result.attempts, told.checked, strict=True)
        ],
    }


def _plain(value: object) -> object:
    return _utc(value) if isinstance(value, datetime) else value


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
