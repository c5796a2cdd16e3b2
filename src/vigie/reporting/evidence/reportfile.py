"""The figures as one JSON object, the same wherever they are printed, and the file of a report."""

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NotRequired, TypeAlias, TypedDict, TypeVar

import msgspec

from vigie import __version__
from vigie.reporting.figures.brandrecords import Brand
from vigie.reporting.figures.contents import drop_sums
from vigie.reporting.figures.evidencerecords import Made
from vigie.reporting.figures.records import Availability, Figures, Outage, Reading, Seconds, Window
from vigie.reporting.figures.revisions import Revision
from vigie.reporting.figures.termrecords import Version
from vigie.reporting.formats import plain, utc

Number: TypeAlias = int | float
Told = TypeVar("Told")


class Summary(TypedDict):
    """What `vigie sla --json` prints."""

    contract: str
    demonstration: bool
    scope: str
    period: dict[str, str | bool]
    target: str | None  # none also where parts of the period have several: they are in `parts`
    basis: bool
    seconds: dict[str, Number | None]
    availability: dict[str, str | None]
    budget: dict[str, Number | None]
    verdict: str
    confidence: str | None
    longest: dict[str, Number | str | None]
    outages: list[dict[str, Any]]
    maintenance: list[dict[str, Any]]
    services: list[dict[str, str | None]]
    parts: NotRequired[list[dict[str, Any]]]
    readings: NotRequired[list[dict[str, Any]]]


class ReportFile(Summary):
    """The file report.json of a report: the summary, how it was made, and every figure whole."""

    report: Made
    figures: Figures


def report_file(figures: Figures, made: Made) -> ReportFile:
    """Return what report.json holds."""
    return ReportFile(**_summary(figures), report=made, figures=figures)


def to_bytes(report: ReportFile) -> bytes:
    """Return report.json; `from_bytes` gives equal figures back. Exact numbers are strings."""
    return encoded(report)


def encoded(told: object) -> bytes:
    """Return records as a JSON file; `decoded` gives equal ones back. Exact numbers are strings."""
    return (_text(_builtins(told), indent=1) + "\n").encode()


def frozen_text(figures: Figures) -> str:
    """Return `figures` of report.json, as a kept report has them.

    The digests of single days are in the file only: that of them all is kept beside. So are the
    sums that rows are computed from.
    """
    told = _builtins(replace(figures, evidence=None))
    drop_sums(told["contents"])
    if figures.split is None:  # as before there was one
        del told["split"]
    return _text(told)


def _builtins(value: object) -> Any:  # noqa: ANN401 - what JSON has, and exact numbers
    return msgspec.to_builtins(value, builtin_types=(Decimal,))


def _text(told: object, *, indent: int | None = None) -> str:
    # As SQL tells an exact number it may end in zeros, or be 9E+4.
    return json.dumps(told, default=plain, ensure_ascii=False, indent=indent)


def from_bytes(content: bytes) -> ReportFile:
    """Return what report.json holds; ValueError names what is wrong in it."""
    return decoded(content, ReportFile)


def decoded(content: bytes, kind: type[Told]) -> Told:
    """Return what a JSON file holds as records of a *kind*; ValueError names what is wrong."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error) or "is nested too deeply") from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema of report.json, made from the records themselves."""
    known = msgspec.json.schema(ReportFile)
    for kind in known["$defs"].values():
        # Of the keys of a TypedDict nobody promises an order.
        kind["required"] = sorted(kind.get("required", []))
        kind["properties"] = dict(sorted(kind.get("properties", {}).items()))
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "report.json"}
    found: dict[str, Any] = json.loads(msgspec.json.encode(head | known))  # a tuple is a list
    return found


def made_of(
    figures: Figures,
    *,
    language: str,
    now: datetime,
    document: str = "monthly",
    sealed: bool = False,
    revision: Revision | None = None,
    brand: Brand | None = None,
) -> Made:
    """Return how the report of *figures* is made at *now*, in a spoken *language*."""
    return Made(
        document=document,
        language=language,
        made_at=now.replace(microsecond=0),
        program=__version__,
        timezone=figures.period.timezone,
        sla_version=figures.sla_version,
        contract_version=figures.contract.version_from,
        sealed=sealed,
        revision=revision,
        brand=brand,
    )


def to_json(figures: Figures) -> dict[str, Any]:
    """Return the figures as JSON values; strings are those of SQL, whole seconds are integers.

    `readings` is there only when they were asked for, `parts` where the terms changed.
    """
    return dict(_summary(figures))


def _summary(figures: Figures) -> Summary:
    found = _figures(figures)
    if figures.split is not None:
        found["parts"] = [_part(version) for version in figures.split.versions]
    if figures.readings:
        found["readings"] = [_reading(reading) for reading in figures.readings]
    return found


def _figures(figures: Figures) -> Summary:
    period, of = figures.period, figures.availability
    return {
        "contract": figures.contract.key,
        "demonstration": figures.contract.demonstration,
        "scope": of.scope,
        "period": {
            "kind": period.kind,
            "name": period.name,
            "start": utc(period.starts),
            "end": utc(period.ends),
            "timezone": period.timezone,
            "complete": period.complete,
        },
        "target": figures.target,
        "basis": figures.basis,
        "seconds": _seconds(of.seconds),
        "availability": {
            "percent": of.percent,
            "low": of.low,
            "high": of.high,
            "coverage": of.coverage,
        },
        "budget": {
            "allowed_s": number(of.budget_s),
            "used_s": number(of.used_s),
            "left_s": number(of.left_s),
        },
        "verdict": of.verdict,
        "confidence": of.confidence,
        "longest": {
            "working_s": number(figures.longest.working_s),
            "elapsed_s": number(figures.longest.elapsed_s),
            "greatest_elapsed_s": number(figures.longest.greatest_elapsed_s),
            "limit_s": number(figures.longest.limit_s),
            "verdict": figures.longest.verdict,
        },
        "outages": [_outage(outage) for outage in figures.outages],
        "maintenance": [_window(window) for window in figures.maintenance],
        "services": [_service(service) for service in figures.services],
    }


def _seconds(seconds: Seconds) -> dict[str, int | float | None]:
    names = ("period", "outside", "excluded", "planned", "unplanned", "unknown", "up", "committed")
    return {name: number(getattr(seconds, name)) for name in names}


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        "services": list(outage.services),
        "start": utc(outage.starts),
        "end": utc(outage.ends),
        "elapsed_s": number(outage.elapsed_s),
        "clipped_s": number(outage.clipped_s),
        "working_s": number(outage.working_s),
        "certain_s": number(outage.certain_s),
        "possible_s": number(outage.possible_s),
        "open": outage.open,
        "crisis": outage.crisis,
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "key": window.key,
        "services": list(window.services),
        "start": utc(window.starts),
        "end": utc(window.ends),
        "kind": window.kind,
        "valid": window.valid,
        "why": window.why,
        "down_s": number(window.down_s),
        "excused_s": number(window.excused_s),
        "forbidden_s": number(window.forbidden_s),
        "cap_s": number(window.cap_s),
        "cap_used_s": number(window.cap_used_s),
        "remark": window.remark,
    }


def _service(service: Availability) -> dict[str, Any]:
    return {"scope": service.scope, "percent": service.percent, "verdict": service.verdict}


def _part(version: Version) -> dict[str, Any]:
    return {
        "first_day": str(version.first_day),
        "last_day": str(version.last_day),
        "target": version.target,
        "committed_s": number(version.committed_s),
        "down_s": number(version.down_s),
        "allowed_s": number(version.budget_s),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "topic": reading.topic,
        "ambiguity": reading.ambiguity,
        "clause": reading.clause,
        "indicator": reading.indicator,
        "reading": reading.reading,
        "agreed": reading.agreed,
        "start": utc(reading.starts),
        "end": utc(reading.ends),
        "percent": reading.percent,
        "used_s": number(reading.used_s),
        "allowed_s": number(reading.allowed_s),
        "verdict": reading.verdict,
    }


def number(value: Decimal | None) -> int | float | None:
    """Return a JSON number: an integer when whole. Microseconds of a century fit a float."""
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)
