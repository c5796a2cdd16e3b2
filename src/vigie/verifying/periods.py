"""The period of a report: its name, its edges, and that it was over when it is said to be."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.reporting import Asked, Days, Period, Span
from vigie.verifying.complete import CALENDAR
from vigie.verifying.numbers import A_MOMENT
from vigie.verifying.outlooks import is_whole

LOCAL = (*CALENDAR, "year_to_date", "rolling_12_months")
# Others may roll up while a report is read, on a machine whose clock is ahead.
AHEAD = timedelta(hours=1)


def placed(period: Period, made_at: datetime) -> Iterator[str]:
    """Yield what of a *period* its start and end do not give, or contradicts when it was made."""
    zone = ZoneInfo(period.timezone)
    name = _name(period, zone)
    if period.name != name:
        yield f"figures.period.name: says {period.name}, its start and end give {name}"
    if period.kind in CALENDAR and not is_whole(period.kind, period.starts, period.ends, zone):
        yield f"figures.period: is no {period.kind}"
    is_over = period.as_of is not None and period.ends <= period.as_of
    if period.complete != is_over:
        yield f"figures.period.complete: {period.complete} said as of {period.as_of}"
    if period.as_of is not None and period.as_of - made_at > AHEAD:
        yield f"figures.period.as_of: is {period.as_of}, and the report was made at {made_at}"


def _name(period: Period, zone: ZoneInfo) -> str:
    first = period.starts.astimezone(zone).date()
    last = (period.ends - A_MOMENT).astimezone(zone).date()
    if period.kind in LOCAL:
        return Asked(period.kind, last).name
    if period.kind == "days":
        return Days(first, last).name
    return Span(period.starts, period.ends).name
