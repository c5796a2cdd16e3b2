"""The figures as one JSON object, the same wherever they are printed."""

from decimal import Decimal
from typing import Any

from vigie.reporting.formats import utc
from vigie.reporting.records import Availability, Figures, Outage, Reading, Seconds, Window


def to_json(figures: Figures) -> dict[str, Any]:
    """Return the figures as JSON values; strings are those of SQL, whole seconds are integers.

    `readings` is there only when they were asked for.
    """
    readings = [_reading(reading) for reading in figures.readings]
    return _figures(figures) | ({"readings": readings} if readings else {})


def _figures(figures: Figures) -> dict[str, Any]:
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
        "target": of.target,
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
