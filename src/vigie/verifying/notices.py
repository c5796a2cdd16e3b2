"""The numbers of a maintenance notice, computed again: its length, its notice, what it excuses."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from vigie.reporting import MaintenanceNotice, NoticeFile
from vigie.verifying.numbers import seconds

# Rules that only some plans enforce, which the file does not tell.
ENFORCED = re.compile(
    r"(\d{1,9}(?:\.\d{1,6})?) s inside hours without maintenance|the .* were used up", re.ASCII
)


def judged_again(kept: NoticeFile) -> Iterator[str]:
    """Yield every number and word of a notice that its instants and days do not give."""
    found, made = kept.maintenance, kept.report
    for name, said, computed in _compared(found):
        if said != computed:
            yield f"maintenance.{name}: says {said}, the others give {computed}"
    if made.state != found.state(made.made_at):
        yield f"report.state: says {made.state}, its instants {found.state(made.made_at)}"
    if not _is_of_notice(found):
        yield "maintenance.working_days: are not days between announcement and start, in order"
    if not _is_allowed(found):
        yield f"maintenance.why: says {found.why}, the others do not"
    if not found.excused_s <= found.down_s <= found.lasts_s:
        yield f"maintenance.down_s: {found.excused_s} of {found.down_s} of {found.lasts_s} s"
    if any(after.recorded_at < before.recorded_at for before, after in pairwise(found.events)):
        yield "maintenance.events: are out of order"


def _compared(found: MaintenanceNotice) -> Iterator[tuple[str, object, object]]:
    closed = [event.at for event in found.events if event.action == "closed"]
    yield "ends", found.ends, max(found.starts, min([found.announced_ends, *closed]))
    yield "announced_s", found.announced_s, seconds(found.announced_ends - found.starts)
    yield "lasts_s", found.lasts_s, seconds(found.ends - found.starts)
    yield "notice_days", found.notice_days or 0, len(found.working_days)
    yield "valid", found.valid, found.why is None
    if not found.valid:
        yield "excused_s", found.excused_s, 0


def _is_of_notice(found: MaintenanceNotice) -> bool:
    """Whether the days lie between those of announcement and start, on the calendar's clocks."""
    days, zone = found.working_days, found.notice_timezone
    if found.announced_at is None or zone not in available_timezones():
        return not days
    ends = (_day(found.announced_at, zone), *days, _day(found.starts, zone))
    return not days or all(before < after for before, after in pairwise(ends))


def _day(at: datetime, zone: str | None) -> date:
    return at.astimezone(ZoneInfo(str(zone))).date()


def _is_allowed(found: MaintenanceNotice) -> bool:
    """Whether the rule that makes it invalid is the first that it breaks."""
    broken = _broken(found)
    if broken is not None or found.kind == "security":
        return found.why == broken
    told = ENFORCED.fullmatch(found.why or "")
    if found.why is None or told is None:
        return found.why is None
    return told[1] is None or Decimal(told[1]) == found.forbidden_s


def _broken(found: MaintenanceNotice) -> str | None:
    """Return the first rule that the window breaks by what is carried, in SQL's words."""
    days, asked, at = len(found.working_days), found.asked, found.announced_at
    if any(event.action == "withdrawn" for event in found.events):
        return "withdrawn"
    if found.kind == "security":
        return None
    if at is None or not found.proof:
        return "not announced" if at is None else "no proof of the announcement"
    if at > found.starts:
        return "announced after its start"
    is_late = asked is not None and days < asked
    return f"announced {days} whole working days ahead, {asked} asked" if is_late else None
