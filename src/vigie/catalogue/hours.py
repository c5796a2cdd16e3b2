"""Hours, weekdays and days as calendars write them."""

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import PlainValidator

from vigie.catalogue.scalars import refusal, text_shape
from vigie.catalogue.words import nearest, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01][0-9]|2[0-4]):[0-5][0-9]"
_RANGE = rf"^{_CLOCK}-{_CLOCK}$"
_WEEKDAY = "(" + "|".join(WEEKDAYS) + ")"
_WEEKDAYS = rf"^{_WEEKDAY}(-{_WEEKDAY})?$"
_MOMENT = rf"^{_WEEKDAY} {_CLOCK}$"
_CLOSED = r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"
_YEARLY = len("12-24")

Range = tuple[timedelta, timedelta]  # since local midnight; the end may lie on the next day


def _closed_day(value: object) -> str:
    text = value if isinstance(value, str) else ""
    try:
        if re.fullmatch(_CLOSED, text):
            date.fromisoformat(text if len(text) > _YEARLY else f"2000-{text}")
            return text
    except ValueError:
        pass
    raise refusal(f"{shown(value)} is not a day", '"12-24" for every year, or "2026-12-24"')


def days_of(closed: str, years: range) -> list[date]:
    """Return the dates that *closed* names: itself, or that day of each of the *years*."""
    if len(closed) > _YEARLY:
        return [date.fromisoformat(closed)]
    dates = []
    for year in years:
        try:
            dates.append(date.fromisoformat(f"{year}-{closed}"))
        except ValueError:  # 29 February exists in leap years only
            continue
    return dates


def _clock(text: str) -> timedelta | None:
    hours, minutes = text.split(":")
    value = timedelta(hours=int(hours), minutes=int(minutes))
    return value if value <= timedelta(days=1) else None


def _range(value: object) -> Range:
    if not isinstance(value, str) or not re.fullmatch(_RANGE, value):
        raise refusal(f"{shown(value)} is not a span of hours", '"09:00-12:30"')
    opens, closes = (_clock(part) for part in value.split("-"))
    if opens is None or closes is None or opens >= timedelta(days=1):
        raise refusal(f"{shown(value)} goes past midnight", '"18:00-24:00", or "22:00-06:00"')
    if opens == closes:
        raise refusal(f"{shown(value)} is empty", '"00:00-24:00" for the whole day')
    return opens, closes if opens < closes else closes + timedelta(days=1)


def _weekdays(value: object) -> tuple[int, ...]:
    if not isinstance(value, str) or not re.fullmatch(_WEEKDAYS, value):
        close = nearest(str(value).lower()[:3], WEEKDAYS) or "mon-fri"
        raise refusal(f"{shown(value)} is not a weekday or a range of them", close)
    first, *last = (WEEKDAYS.index(name) for name in value.split("-"))
    if last == [first]:
        raise refusal(f"{shown(value)} is one day", WEEKDAYS[first])
    length = (last[0] - first) % 7 if last else 0
    return tuple((first + step) % 7 + 1 for step in range(length + 1))


def _moment(value: object) -> timedelta:
    if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
        raise refusal(f"{shown(value)} is not a moment of the week", '"sun 18:00"')
    name, clock = value.split(" ")
    since_midnight = _clock(clock)
    if since_midnight is None:
        raise refusal(f"{shown(value)} goes past midnight", f'"{name} 24:00"')
    return timedelta(days=WEEKDAYS.index(name)) + since_midnight


ClosedDay = Annotated[str, PlainValidator(_closed_day), text_shape(_CLOSED, "12-24")]
HoursRange = Annotated[Range, PlainValidator(_range), text_shape(_RANGE, "09:00-12:30")]
Weekdays = Annotated[tuple[int, ...], PlainValidator(_weekdays), text_shape(_WEEKDAYS, "mon-fri")]
Moment = Annotated[timedelta, PlainValidator(_moment), text_shape(_MOMENT, "sun 18:00")]
