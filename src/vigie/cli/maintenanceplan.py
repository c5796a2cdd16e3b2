"""`maintenance plan`: what a window would mean, before anybody announces it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from vigie import clock, storing
from vigie.cli.registry import check_scope, connected, plain, read_end, read_option
from vigie.reporting import Formats

Facts = Mapping[str, Any]


async def plan(
    *,
    service: tuple[str, ...] = (),
    every_service: Annotated[bool, Parameter(name="--all", negative="")] = False,
    starts: str,
    ends: str | None = None,
    duration: str | None = None,
    timezone: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Tell what a planned window would mean for each contract; nothing is recorded.

    Parameters
    ----------
    service
        A service that it would cover. May be repeated.
    every_service
        It would cover every service.
    starts
        Its start: 2026-05-12T03:00:00+02:00, or without the offset and with --timezone.
    ends
        Its end.
    duration
        Its length instead of its end, in real time: 90m, 2h.
    timezone
        Zone of times without an offset, such as Europe/Paris.
    as_json
        Print one JSON list instead of words.
    directory
        The catalogue's directory.
    """
    check_scope(service, every_service=every_service)
    begins = read_option("--starts", starts, timezone)
    span = (begins, read_end(begins, ends, duration, timezone))
    async with connected(directory) as connection:
        plans = await storing.plan_maintenance(
            connection, service or None, span, announced=clock.now()
        )
    if as_json:
        print(json.dumps(plans, default=plain, indent=2))
    elif plans:
        print("\n\n".join("\n".join(_lines(one)) for one in plans))
    else:
        print("No contract covers these services at that time.")


def _lines(plan: Facts) -> Iterator[str]:
    yield f"{plan['contract']} ({plan['customer']}): {_verdict(plan)}"
    yield f"  Services   {', '.join(plan['services_hit'])}"
    yield f"  Announce   {_deadline(plan)}"
    budgets = ((plan["basis"], "budget_left_s"), ("month", "month_budget_left_s"))
    for period, column in dict(budgets).items():
        yield f"  Budget     {_length(plan[column])} left in the {period}"
    if plan["cap_s"] is not None:
        used, cap, left = (_length(plan[f"cap_{name}"]) for name in ("used_s", "s", "left_s"))
        yield f"  Cap        {used} used of {cap} in the {plan['cap_per']}, {left} left"
    forbidden, whole = _length(plan["forbidden_s"]), _length(plan["window_s"])
    yield f"  Hours      {forbidden} of {whole} at unwanted hours"
    yield f"  Clashes    {', '.join(plan['clashes']) or 'none'}"


def _verdict(plan: Facts) -> str:
    if not plan["valid"]:
        return f"it would excuse nothing: {plan['why']}"
    return f"valid, but: {plan['remark']}" if plan["remark"] else "valid"


def _deadline(plan: Facts) -> str:
    before: datetime | None = plan["announce_before"]
    if before is None:
        return "not known"
    asked, zone = plan["notice_asked"], ZoneInfo(plan["timezone"])
    notice = "no notice is asked" if asked is None else f"{asked} whole working days ahead"
    last = (before - timedelta(microseconds=1)).astimezone(zone)
    words = f"on {last:%A} {last.day} {last:%B %Y} at the latest ({zone.key})"
    return f"{words}, before {plain(before)}: {notice}"


def _length(seconds: Decimal | None) -> str:
    return "not known" if seconds is None else Formats("en", "UTC").limit(seconds)
