"""Hours, weekdays and days as calendars write them."""

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from vigie.catalogue.scalars import refusal, text_shape
from vigie.catalogue.words import nearest, shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01][0-9]|2[0-4]):[0-5][0-9]"
_RANGE = rf"^{_CLOCK}-{_CLOCK}$"
_WEEKDAY = "(" + "|".join(WEEKDAYS) + ")"
_WEEKDAYS = rf"^{_WEEKDAY}(-{_WEEKDAY})?$"
_MOMENT = rf"^{_WEEKDAY} {_CLOCK}$"
_DATE = r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"
_NAMED = r"^[A-Z]{2}(-[A-Za-z0-9]+)? \S.*$"  # US Labor Day, DE-BY Assumption Day
_YEARLY = len("12-24")
NIGHT = "22:00-06:00"  # unless other hours are written
HOLIDAY = "holiday"  # stands for a weekday: the hours on holidays
FEASTS = (
    "Good Friday",
    "Easter Monday",
    "Ascension Day",
    "Pentecost Monday",
)  # the same everywhere

Range = tuple[timedelta, timedelta]  # since local midnight; the end may lie on the next day


def _closed_day(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if is_named(text):
        return text
    try:
        if re.fullmatch(_DATE, text):
            date.fromisoformat(text if len(text) > _YEARLY else f"2000-{text}")
            return text
    except ValueError:
        pass
    close = nearest(text.title(), FEASTS)
    write = f'"{close}"' if close else '"12-24" for every year, or "2026-12-24"'
    raise refusal(f"{shown(value)} is not a day", write)


def is_named(day: str) -> bool:
    """Return whether *day* is the name of a holiday, and no date."""
    return day in FEASTS or re.fullmatch(_NAMED, day) is not None


def is_of_one_year(day: str) -> bool:
    """Return whether *day* is a date with its year, and so the same whenever it is read."""
    return not is_named(day) and len(day) > _YEARLY


def days_of(day: str, years: range) -> list[date]:
    """Return the dates that *day* means: itself, or that day of each of the *years*."""
    if len(day) > _YEARLY:
        return [date.fromisoformat(day)]
    dates = []
    for year in years:
        try:
            dates.append(date.fromisoformat(f"{year}-{day}"))
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


def _night(value: object) -> Range:
    try:
        return _range(NIGHT if value == "night" else value)
    except PydanticCustomError as error:
        what = f"{shown(value)} is not a span of hours"
        raise refusal(what, f'night, which is "{NIGHT}", or such a span') from error


def _weekdays(value: object) -> tuple[int, ...]:
    if not isinstance(value, str) or not re.fullmatch(_WEEKDAYS, value):
        close = nearest(str(value).lower()[:3], WEEKDAYS) or "mon-fri"
        raise refusal(f"{shown(value)} is not a weekday or a range of them", close)
    first, *last = (WEEKDAYS.index(name) for name in value.split("-"))
    if last == [first]:
        raise refusal(f"{shown(value)} is one day", WEEKDAYS[first])
    length = (last[0] - first) % 7 if last else 0
    return tuple((first + step) % 7 + 1 for step in range(length + 1))


def _added(value: object) -> tuple[int, ...]:
    if value == HOLIDAY:
        return ()
    if nearest(str(value).lower(), [HOLIDAY]):
        raise refusal(f"{shown(value)} is not a weekday or a range of them", HOLIDAY)
    return _weekdays(value)


def _moment(value: object) -> timedelta:
    if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
        raise refusal(f"{shown(value)} is not a moment of the week", '"sun 18:00"')
    name, clock = value.split(" ")
    since_midnight = _clock(clock)
    if since_midnight is None:
        raise refusal(f"{shown(value)} goes past midnight", f'"{name} 24:00"')
    return timedelta(days=WEEKDAYS.index(name)) + since_midnight


_DAYS = f"{_DATE}|{_NAMED}|^({'|'.join(FEASTS)})$"

ClosedDay = Annotated[str, PlainValidator(_closed_day), text_shape(_DAYS, "12-24")]
HoursRange = Annotated[Range, PlainValidator(_range), text_shape(_RANGE, "09:00-12:30")]
Night = Annotated[Range, PlainValidator(_night), text_shape(f"^night$|{_RANGE}", NIGHT)]
Weekdays = Annotated[tuple[int, ...], PlainValidator(_weekdays), text_shape(_WEEKDAYS, "mon-fri")]
Moment = Annotated[timedelta, PlainValidator(_moment), text_shape(_MOMENT, "sun 18:00")]
AddedTo = Annotated[  # no weekday: the hours on holidays
    tuple[int, ...],
    PlainValidator(_added),
    text_shape(f"{_WEEKDAYS}|^{HOLIDAY}$", "sat"),
]
