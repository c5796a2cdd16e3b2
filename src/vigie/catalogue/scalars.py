"""The small words of the YAML: durations, instants, percentages, hours, days and zones.

Each type reads what people write, says what to write instead, and shows editors its shape.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from vigie.catalogue.words import nearest, shown
from vigie.catalogue.yaml import Real

KEY_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
EMAIL_PATTERN = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DURATION = r"^[0-9]{1,9}(ms|s|m|h|d)$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PERCENT = r"^[0-9]{1,3}(\.[0-9]{1,20})?$"
_OFFSET = r"UTC(?P<sign>[+-])(?P<hours>[0-9]{1,2})(:(?P<minutes>[0-9]{2}))?"
# Zones of these names follow summer time; PostgreSQL takes the names for fixed offsets.
_AMBIGUOUS = {
    "CET": "Europe/Paris, or UTC+1",
    "MET": "Europe/Paris, or UTC+1",
    "EET": "Europe/Helsinki, or UTC+2",
    "WET": "Europe/Lisbon, or UTC+0",
    "EST": "America/New_York, or UTC-5",
    "MST": "America/Denver, or UTC-7",
    "HST": "Pacific/Honolulu, or UTC-10",
}
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_REGION = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"


def refusal(what: str, write: str) -> PydanticCustomError:
    """Return the error that says *what* is wrong and what to *write* instead."""
    return PydanticCustomError("vigie", "{what} (write {write})", {"what": what, "write": write})


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and re.fullmatch(_DURATION, value):
        number, unit = re.findall(r"\d+|[a-z]+", value)
        return int(number) * _UNITS[unit]
    raise refusal(f"{shown(value)} is not a duration", _likely_duration(value))


def _likely_duration(value: object) -> str:
    found = re.match(r"^\s*(\d{1,9})\s*(ms|mil|s|m|h|d)?", str(value).lower())
    if not found:
        return "60s"
    return found[1] + (found[2] or "s").replace("mil", "ms")


def duration_text(value: timedelta) -> str:
    """Return *value* as the catalogue writes it, in the largest unit that divides it: `90s`."""
    fits = (name for name, unit in reversed(_UNITS.items()) if not value % unit)
    unit = "s" if not value else next(fits, "ms")
    return f"{value // _UNITS[unit]}{unit}"


def _percent(value: object) -> Decimal:
    text = value.text if isinstance(value, Real) else str(value)
    if isinstance(value, bool) or not re.fullmatch(_PERCENT, text):
        raise refusal(f"{shown(value)} is not a percentage", '"99.98"')
    share = Decimal(text).scaleb(-2)
    if not 0 < share <= 1:
        raise refusal(f"{shown(value)} is not above 0 and at most 100", '"99.98"')
    return share


def _instant(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC)
    text = value if isinstance(value, str) else ""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f"{shown(value)} is not an instant", "2026-01-31T00:00:00Z") from None
    if re.fullmatch(_DAY, text):
        return instant.replace(tzinfo=UTC)
    if instant.tzinfo is None:
        raise refusal(f"{shown(value)} has no offset from UTC", f"{text}Z")
    return instant.astimezone(UTC)


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    text = value if isinstance(value, str) else ""
    try:
        if re.fullmatch(_DAY, text):
            return date.fromisoformat(text)
    except ValueError:
        raise refusal(f"{shown(value)} is not a day of the calendar", "2026-01-31") from None
    raise refusal(f"{shown(value)} is not a day", "2026-01-31")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})  # of no place


def _zone(value: object) -> str:
    text = value if isinstance(value, str) else ""
    offset = re.fullmatch(_OFFSET, text)
    if offset:
        return _fixed(text, offset)
    if text in _AMBIGUOUS:
        raise refusal(
            f"{shown(value)} means an offset to some and a zone to others", _AMBIGUOUS[text]
        )
    if text in _zones():
        return text
    close = nearest(str(value), sorted(_zones())) or "Europe/Paris"
    raise refusal(f"{shown(value)} is not a time zone", close)


def _fixed(text: str, offset: re.Match[str]) -> str:
    """Return the zone of a fixed offset: UTC+1 is Etc/GMT-1.

    To PostgreSQL "UTC+1" is a zone as well, an hour *behind* UTC; the sign of Etc/GMT is as odd,
    but every system reads it alike.
    """
    hours, minutes = int(offset["hours"]), offset["minutes"] or "00"
    if minutes != "00":
        wrong = f"{shown(text)} is no fixed offset in whole hours"
        raise refusal(wrong, "a zone that has it all year, such as Asia/Kolkata")
    if hours > (14 if offset["sign"] == "+" else 12):
        raise refusal(f"{shown(text)} is no offset of any clock", "UTC-12 to UTC+14")
    if not hours:
        return "UTC"
    return f"Etc/GMT{'-' if offset['sign'] == '+' else '+'}{hours}"


def _region(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if re.fullmatch(_REGION, text):
        return text
    likely = text.upper() if re.fullmatch(_REGION, text.upper()) else "AE, or DE-BY"
    raise refusal(f"{shown(value)} is not the code of a region", likely)


def _down_when(value: object) -> str | int:
    if value in ("any", "all") and isinstance(value, str):
        return value
    if isinstance(value, dict) and list(value) == ["at_least"]:
        value = value["at_least"]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise refusal(f"{shown(value)} does not say when it is down", "any, all or {at_least: 2}")


def _down_when_text(value: str | int) -> str | dict[str, int]:
    return {"at_least": value} if isinstance(value, int) else value


def email(value: object) -> str:
    """Return *value*, which must be an e-mail address."""
    if isinstance(value, str) and re.fullmatch(EMAIL_PATTERN, value):
        return value
    raise refusal(f"{shown(value)} is not an e-mail address", "sla@acme.example")


def _clock(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(_CLOCK, value):
        return value
    raise refusal(f"{shown(value)} is not a time of day", '"09:00"')


def text_shape(pattern: str, example: str) -> WithJsonSchema:
    """Return what editors are told: a text such as *example*."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


Key = Annotated[str, Field(pattern=KEY_PATTERN)]

Duration = Annotated[
    timedelta,
    PlainValidator(_duration),
    PlainSerializer(duration_text, return_type=str, when_used="json"),
    text_shape(_DURATION, "60s"),
]
Instant = Annotated[
    datetime, BeforeValidator(_instant), text_shape(r"^[0-9]{4}-", "2026-01-31T00:00:00Z")
]
Day = Annotated[date, PlainValidator(_day), text_shape(_DAY, "2026-01-31")]
Email = Annotated[str, PlainValidator(email), text_shape(EMAIL_PATTERN, "sla@acme.example")]
Clock = Annotated[str, PlainValidator(_clock), text_shape(_CLOCK, "09:00")]
Zone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string"})]
Region = Annotated[str, PlainValidator(_region), text_shape(_REGION, "AE")]
Percent = Annotated[
    Decimal,
    PlainValidator(_percent),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _PERCENT},
                {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
            ]
        }
    ),
]
DownWhen = Annotated[
    str | int,  # "any", "all", or at least so many endpoints
    PlainValidator(_down_when),
    PlainSerializer(_down_when_text, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["any", "all"]},
                {
                    "type": "object",
                    "properties": {"at_least": {"type": "integer", "minimum": 1}},
                    "required": ["at_least"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
