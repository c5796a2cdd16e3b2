"""The period of a report: its name, its edges, its zones, and that it was over if it says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from vigie.reporting import Asked, Days, Figures, Period, Span, Zone
from vigie.verifying.clocks import Clocks, clocks, clocks_of, out_of_order
from vigie.verifying.complete import CALENDAR
from vigie.verifying.numbers import A_MOMENT

LOCAL = (*CALENDAR, "year_to_date", "rolling_12_months")
# Others may roll up while a report is read, on a machine whose clock is ahead.
AHEAD = timedelta(hours=1)


def placed(period: Period, made_at: datetime, zones: Sequence[Zone] = ()) -> Iterator[str]:
    """Yield what of a *period* its start and end do not give, or contradicts when it was made.

    *zones* are those of a contract that was moved to another one.
    """
    on = clocks(period.timezone, zones)
    name = _name(period, on)
    if period.name != name:
        yield f"figures.period.name: says {period.name}, its start and end give {name}"
    if period.kind in CALENDAR and not on.is_whole(period.kind, period.starts, period.ends):
        yield f"figures.period: is no {period.kind}"
    is_over = period.as_of is not None and period.ends <= period.as_of
    if period.complete != is_over:
        yield f"figures.period.complete: {period.complete} said as of {period.as_of}"
    if period.as_of is not None and period.as_of - made_at > AHEAD:
        yield f"figures.period.as_of: is {period.as_of}, and the report was made at {made_at}"


def zoned(figures: Figures) -> Iterator[str]:
    """Compare the zones of the contract with that of the period and that of the terms."""
    on, period, contract = clocks_of(figures), figures.period, figures.contract
    yield from out_of_order(figures.zones, "figures.zones")
    found = on.zone(on.day(period.starts)).key
    if period.timezone != found:
        yield f"figures.period.timezone: {period.timezone}, the zones of the contract give {found}"
    found = on.zone(contract.version_from).key
    if contract.timezone != found:
        yield f"figures.contract.timezone: {contract.timezone}, its zones give {found}"


def _name(period: Period, on: Clocks) -> str:
    first, last = on.day(period.starts), on.day(period.ends - A_MOMENT)
    if period.kind in LOCAL:
        return Asked(period.kind, last).name
    if period.kind == "days":
        return Days(first, last).name
    return Span(period.starts, period.ends).name
