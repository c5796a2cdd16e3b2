"""The further pages as SQL would give them, written by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import starmap

from vigie.reporting.figures.contents import (
    Contents,
    Correction,
    Crisis,
    Failure,
    Gap,
    Kept,
    Latency,
    Measure,
    Outlook,
    Planned,
    Spell,
    Told,
    Without,
)

END = datetime(2026, 5, 31, 22, tzinfo=UTC)


def may(day: int, clock: str) -> datetime:
    """Return a Paris wall-clock time of May 2026 (UTC+2) as an instant."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC) - timedelta(hours=2)


def kept(
    scope: str, marks: str, *, indicator: str = "availability", percents: Mapping[int, str] | None
) -> tuple[Kept, ...]:
    """Return 13 months up to May 2026, a letter each; a dot is a month without the promise."""
    words = {
        "m": "met",
        "r": "at_risk",
        "x": "missed",
        "o": "not_measurable",
        "s": "running",
    }
    months = [date(2025 + (4 + n) // 12, (4 + n) % 12 + 1, 1) for n in range(13)]
    of = percents or {}
    made = [
        Kept(
            scope=scope,
            indicator=indicator,
            month=month,
            mark=words[letter],
            percent=None if percents is None or letter == "o" else of.get(n, "100"),
        )
        for n, (month, letter) in enumerate(zip(months, marks, strict=True))
        if letter != "."
    ]
    return tuple(starmap(_than, zip(made, (None, *made), strict=False)))


def _than(one: Kept, before: Kept | None) -> Kept:
    """Return how a month compares with the one before it."""
    if before is None or one.indicator != "availability":
        return one
    if one.percent is None or before.percent is None:
        return replace(one, than_before="not_measured")
    was, now = Decimal(before.percent), Decimal(one.percent)
    word = "same" if was == now else "higher" if now > was else "lower"
    return replace(one, than_before=word)


def spell(kind: str, day: int, clock: str, minutes: int) -> Spell:
    """Return a span of May 2026, at a Paris clock."""
    starts = may(day, clock)
    ends = starts + timedelta(minutes=minutes)
    return Spell(kind=kind, day=date(2026, 5, day), starts=starts, ends=ends)


def outlook(kind: str, starts: datetime, ends: datetime, **changes: object) -> Outlook:
    """Return a budget of which 540 s were used by the end of May 2026."""
    base = Outlook(
        kind=kind,
        starts=starts,
        ends=ends,
        known_until=END,
        target="99.98",
        percent="99.9798",
        budget_s=Decimal("535.44"),
        used_s=Decimal(540),
        left_s=Decimal(0),
        over_s=Decimal("4.56"),
        used_share="100.86",
        to_come_s=Decimal(0),
        projected_s=Decimal(540),
        projected_over_s=Decimal("4.56"),
        used_up_at=None,
        clean_percent="99.9798",
    )
    return replace(base, **changes)  # type: ignore[arg-type] # a test's own fields


MONTH = (datetime(2026, 4, 30, 22, tzinfo=UTC), END)
QUARTER = (datetime(2026, 3, 31, 22, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC))
YEAR = (datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC))


def outlooks() -> tuple[Outlook, ...]:
    """Return a month that is overdrawn, a quarter that will be, and a year that holds."""
    quarter = outlook(
        "quarter",
        *QUARTER,
        budget_s=Decimal("1572.24"),
        used_s=Decimal(1140),
        left_s=Decimal("432.24"),
        over_s=Decimal(0),
        used_share="72.51",
        percent="99.9783",
        to_come_s=Decimal(2592000),
        projected_s=Decimal(1582),
        projected_over_s=Decimal("9.76"),
        used_up_at=datetime(2026, 6, 30, 7, 20, 34, tzinfo=UTC),
        clean_percent="99.9854",
    )
    year = outlook(
        "year",
        *YEAR,
        budget_s=Decimal("6306.96"),
        used_s=Decimal(2220),
        left_s=Decimal("4086.96"),
        over_s=Decimal(0),
        used_share="35.20",
        percent="99.9829",
        to_come_s=Decimal(18_489_600),
        projected_s=Decimal(5368),
        projected_over_s=Decimal(0),
        clean_percent="99.9929",
    )
    return (outlook("month", *MONTH), quarter, year)


def latencies() -> tuple[Latency, ...]:
    """Return the days of May 2026; the 12th was slow, and the 15th was not measured."""
    return tuple(
        Latency(
            day=date(2026, 5, n),
            results=2880,
            p50_ms=Decimal(42 + n % 5),
            p95_ms=Decimal("118.4") + n % 7,
            p99_ms=Decimal("1312.5") if n == 12 else Decimal(310 + 9 * (n % 4)),
        )
        for n in range(1, 32)
        if n != 15
    )


def crisis() -> Crisis:
    """Return a crisis of 14 minutes, reported and reviewed."""
    began = may(12, "3:00")
    return Crisis(
        key="crisis-3",
        trigger="outage",
        services=("api",),
        customers=3,
        started=began,
        opened=began + timedelta(seconds=602),
        to_open_s=Decimal(602),
        late=False,
        state="reviewed",
        acknowledged=began + timedelta(minutes=12),
        staffed=began + timedelta(minutes=21),
        resolved=began + timedelta(minutes=48),
        to_resolve_s=Decimal(2278),
        dissolved=began + timedelta(days=2),
        updates=1,
        relapses=0,
        summary="A certificate of the load balancer had expired.\nIt was renewed by hand.",
        told=(
            Told(
                kind="customer_opened",
                state="delivered",
                sent=began + timedelta(minutes=14),
                delivered=began + timedelta(minutes=15),
            ),
            Told(
                kind="customer_resolved",
                state="sent",
                sent=began + timedelta(minutes=49),
                delivered=None,
            ),
        ),
    )


def measures() -> tuple[Measure, ...]:
    """Return an open action that is past due, an open one, and one that is done."""
    base = Measure(
        crisis="crisis-3",
        what="Watch the dates of all certificates of the load balancers",
        due=date(2026, 5, 29),
        done=None,
        past_due=True,
    )
    return (
        base,
        replace(base, what="Renew certificates by machine", due=date(2026, 7, 1), past_due=False),
        replace(base, what="Tell the support team", done=may(20, "9:00"), past_due=False),
    )


def correction(**changes: object) -> Correction:
    """Return an approved exclusion of ten minutes."""
    base = Correction(
        key="c-7",
        target="api",
        starts=may(8, "10:00"),
        ends=may(8, "10:10"),
        in_period_s=Decimal(600),
        effect="exclude",
        reason="The prober's own network was cut",
        evidence="ticket 4712",
        recorded=may(9, "9:00"),
        approved_by="bob",
        state="applied",
    )
    return replace(base, **changes)  # type: ignore[arg-type] # a test's own fields


def busy() -> Contents:
    """Return pages on which there is something of everything."""
    later = datetime(2026, 6, 16, 20, tzinfo=UTC)
    return Contents(
        kept=(
            *kept(
                "solution", "..mmmrmmxmmox", percents={5: "99.9831", 8: "99.9712", 12: "99.9798"}
            ),
            *kept("solution", "..mmmmmmxmmmm", indicator="longest interruption", percents=None),
            *kept("api", "..mmmmmmxmmmr", percents={}),
            *kept("crawler", ".......mmmmmm", percents={}),
            *kept("orders", "..mmmrmmmmmom", percents={}),
        ),
        spells=(
            spell("unplanned", 3, "9:14", 2),
            spell("unplanned", 12, "3:00", 5),
            spell("planned", 19, "22:00", 20),
            spell("unplanned", 21, "23:58", 2),
            spell("unknown", 22, "14:00", 61),
        ),
        outlooks=outlooks(),
        latencies=latencies(),
        ceiling_s=Decimal(10),
        failures=(
            Failure(reason="status", probes=14, share="66.6666"),
            Failure(reason="connect_refused", probes=5, share="23.8095"),
            Failure(reason="timeout", probes=2, share="9.5238"),
        ),
        crises=(crisis(),),
        measures=measures(),
        corrections=(
            correction(),
            correction(key="c-8", target="orders", approved_by=None, state="not_approved"),
        ),
        without=(
            Without(reading="agreed", percent="99.9798", used_s=Decimal(540), verdict="missed"),
            Without(
                reading="without_corrections",
                percent="99.9574",
                used_s=Decimal(1140),
                verdict="missed",
            ),
            Without(
                reading="without_exclusions",
                percent="99.9126",
                used_s=Decimal(2340),
                verdict="missed",
            ),
        ),
        ahead=(
            Planned(
                key="m-9",
                services=("api",),
                kind="planned",
                starts=later,
                ends=later + timedelta(hours=2),
                announced_at=may(28, "10:00"),
                reason="Database upgrade, second part",
                valid=True,
                why=None,
                notice_days=10,
            ),
        ),
        ahead_from=END,
        gaps=(
            Gap(
                endpoint="orders-status",
                starts=may(22, "14:00"),
                ends=may(22, "15:01"),
                seconds=Decimal(3660),
                of_all=1,
                seconds_of_all=Decimal(3660),
            ),
        ),
    )


def quiet() -> Contents:
    """Return the pages of a month in which nothing happened."""
    clean = outlook(
        "month",
        *MONTH,
        used_s=Decimal(0),
        over_s=Decimal(0),
        left_s=Decimal("535.68"),
        used_share="0.00",
        percent="100",
        clean_percent="100",
    )
    return Contents(
        kept=kept("solution", "mmmmmmmmmmmmm", percents={}),
        outlooks=(clean,),
        latencies=latencies(),
        ceiling_s=Decimal(10),
        ahead_from=END,
    )


def empty() -> Contents:
    """Return the pages of a month in which nothing was measured."""
    return Contents(
        kept=kept("solution", "............o", percents={}),
        spells=tuple(spell("unknown", n, "0:00", 1440) for n in range(1, 32)),
        ahead_from=END,
    )
