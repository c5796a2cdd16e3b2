"""Figures as SQL would give them, written by hand, to look at every face of a report."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.reporting import furthersamples
from tests.reporting.evidencesamples import PROBES

from vigie.reporting.figures.records import (
    Availability,
    Classes,
    Day,
    Figures,
    Longest,
    Outage,
    Period,
    Seconds,
    Step,
    Window,
)
from vigie.reporting.figures.termrecords import Contract, Opening

START = datetime(2026, 4, 30, 22, tzinfo=UTC)  # 1 May in Paris
END = datetime(2026, 5, 31, 22, tzinfo=UTC)
MONTH = Decimal(31 * 86400)


def at(day: int, clock: str) -> datetime:
    """Return a Paris wall-clock time of May 2026 (UTC+2) as an instant."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(2026, 5, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=2)


def seconds(
    unplanned: int = 0,
    planned: int = 0,
    unknown: int = 0,
    outside: int = 0,
    future: int = 0,
    period: int = 31 * 86400,
) -> Seconds:
    """Return seconds by class that sum to *period*."""
    up = period - unplanned - planned - unknown - outside
    return Seconds(
        period=Decimal(period),
        outside=Decimal(outside),
        excluded=Decimal(0),
        planned=Decimal(planned),
        unplanned=Decimal(unplanned),
        unknown=Decimal(unknown),
        up=Decimal(up),
        committed=Decimal(up + unplanned),
        unmeasured=Decimal(unknown - future),
    )


CONTRACT = Contract(
    key="acme",
    customer="Acme SA",
    language="fr",
    plan="lengow-premium",
    timezone="Europe/Paris",
    version_from=date(2026, 1, 1),
    version_until=None,
    demonstration=False,
    basis="year",
    maintenance="downtime",
    unknown="neither",
    hours=None,
    interruption_calendar="lengow-support",
    join_within_s=Decimal(0),
    notice_working_days=2,
    notice_calendar="lengow-support",
    crisis_longer_than_s=Decimal(600),
    crisis_customers=2,
    outside="lengow-support",
    outside_hours=(Opening(weekdays=(1, 2, 3, 4, 5), hours="09:00-18:00"),),
    outside_timezone="Europe/Paris",
    night_opens="22:00",
    night_closes="06:00",
    cap_s=Decimal(21600),
    cap_per="quarter",
)

PERIOD = Period(
    kind="month",
    name="2026-05",
    starts=START,
    ends=END,
    timezone="Europe/Paris",
    complete=True,
    as_of=END + timedelta(hours=3),
)


def solution(**changes: object) -> Availability:
    """Return the solution's availability: 540 s unplanned, 1200 s planned, missed by 4.56 s."""
    base = Availability(
        scope="solution",
        name="Solution",
        essential=True,
        seconds=seconds(unplanned=540, planned=1200),
        percent="99.9798",
        low="99.9775",
        high="99.9820",
        coverage="100",
        target="99.98",
        budget_s=Decimal("535.44"),  # 2677200 * 0.0002
        used_s=Decimal(540),
        left_s=Decimal(0),
        over_s=Decimal("4.56"),
        used_share="100.9",
        verdict="missed",
        confidence="within_uncertainty",
    )
    return replace(base, **changes)  # type: ignore[arg-type] # a test's own fields


def service(key: str, name: str, **changes: object) -> Availability:
    """Return a service that was never down."""
    quiet: dict[str, object] = {
        "scope": key,
        "name": name,
        "seconds": seconds(),
        "percent": "100",
        "low": "100",
        "high": "100",
        "budget_s": Decimal("535.68"),
        "used_s": Decimal(0),
        "left_s": Decimal("535.68"),
        "over_s": Decimal(0),
        "used_share": "0",
        "verdict": "met",
        "confidence": "clear",
    }
    return solution(**(quiet | changes))


def outage(start: datetime, length: int, *services: str, **changes: object) -> Outage:
    """Return an outage of whole seconds; the bounds are one probe less and one more."""
    base = Outage(
        services=services or ("api",),
        starts=start,
        ends=start + timedelta(seconds=length),
        elapsed_s=Decimal(length),
        clipped_s=Decimal(length),
        working_s=Decimal(0),
        certain_s=Decimal(length - 60),
        possible_s=Decimal(length + 60),
        open=False,
        crisis=False,
        cause="api-health: status 503",
    )
    return replace(base, **changes)  # type: ignore[arg-type] # a test's own fields


def window(start: datetime, hours: int, **changes: object) -> Window:
    """Return a valid planned window for the interface."""
    base = Window(
        key="m-1",
        services=("api",),
        kind="planned",
        starts=start,
        ends=start + timedelta(hours=hours),
        announced_at=start - timedelta(days=7),
        channel="e-mail",
        recipient="sla@acme.example",
        evidence="message 4711",
        reason="Database upgrade",
        notice_days=4,
        valid=True,
        why=None,
        down_s=Decimal(1200),
        excused_s=Decimal(1200),
        forbidden_s=Decimal(0),
        cap_s=Decimal(21600),
        cap_used_s=Decimal(1200),
        remark=None,
        recorded_by="alice",
        recorded_at=start - timedelta(days=7),
    )
    return replace(base, **changes)  # type: ignore[arg-type] # a test's own fields


def days(**special: Seconds) -> tuple[Day, ...]:
    """Return the days of May; `d12=seconds(…)` gives the 12th its own."""
    quiet = seconds(period=86400)
    return tuple(
        Day(
            day=date(2026, 5, n),
            starts=at(n, "0:0:0"),
            ends=at(n, "0:0:0") + timedelta(days=1),
            seconds=_classes(special.get(f"d{n}", quiet)),
        )
        for n in range(1, 32)
    )


def _classes(of: Seconds) -> Classes:
    return Classes(**{field.name: getattr(of, field.name) for field in fields(Classes)})


def steps(outages: tuple[Outage, ...]) -> tuple[Step, ...]:
    """Return the budget's steps for outages that lie inside the period."""
    used, found = Decimal(0), []
    for one in outages:
        after = used + one.clipped_s
        found.append(Step(starts=one.starts, ends=one.ends, before_s=used, after_s=after))
        used = after
    return tuple(found)


def busy() -> Figures:
    """Return a month with three outages and two windows, one of them not valid: missed."""
    outages = (
        outage(
            at(3, "9:14:0"),
            120,
            "orders",
            working_s=Decimal(120),
            cause="orders-health: connect_refused",
        ),
        outage(at(12, "3:0:0"), 300, "api"),
        outage(at(21, "23:58:0"), 120, "api", "orders", cause=None),
    )
    windows = (
        window(at(19, "22:0:0"), 2),
        window(
            at(27, "12:0:0"),
            1,
            key="m-2",
            services=("orders",),
            announced_at=at(26, "18:0:0"),
            notice_days=0,
            valid=False,
            why="announced 0 whole working days ahead, 2 asked",
            down_s=Decimal(0),
            excused_s=Decimal(0),
            evidence=None,
        ),
    )
    day = 86400
    return Figures(
        contract=CONTRACT,
        period=PERIOD,
        availability=solution(),
        basis=False,
        longest=Longest(
            working_s=Decimal(120),
            elapsed_s=Decimal(120),
            greatest_elapsed_s=Decimal(120),
            limit_s=Decimal(7200),
            verdict="met",
        ),
        outages=outages,
        maintenance=windows,
        services=(
            service(
                "api",
                "Public API",
                seconds=seconds(unplanned=420, planned=1200),
                percent="99.9843",
                low="99.9820",
                high="99.9865",
            ),
            service(
                "orders",
                "Order management",
                seconds=seconds(unplanned=240),
                percent="99.9910",
                low="99.9865",
                high="99.9955",
            ),
            service("crawler", "Web crawler", essential=False),
        ),
        days=days(
            d3=seconds(unplanned=120, period=day),
            d12=seconds(unplanned=300, period=day),
            d19=seconds(planned=1200, period=day),
            d21=seconds(unplanned=120, period=day),
            d22=seconds(unplanned=0, unknown=60, period=day),
        ),
        steps=steps(outages),
        probes=PROBES,
        sla_version="1",
        contents=furthersamples.busy(),
    )


def quiet() -> Figures:
    """Return a month in which nothing happened: met."""
    available = service("solution", "Solution", essential=True)
    services = (service("api", "Public API"), service("orders", "Order management"))
    return replace(
        busy(),
        availability=available,
        longest=Longest(
            working_s=Decimal(0),
            elapsed_s=Decimal(0),
            greatest_elapsed_s=Decimal(0),
            limit_s=Decimal(7200),
            verdict="met",
        ),
        outages=(),
        maintenance=(),
        services=services,
        days=days(),
        steps=(),
        contents=furthersamples.quiet(),
    )


def empty() -> Figures:
    """Return a month in which nothing was measured: not applicable."""
    nothing = {
        "seconds": seconds(unknown=31 * 86400),
        "percent": None,
        "low": None,
        "high": None,
        "coverage": "0",
        "budget_s": Decimal(0),
        "used_s": Decimal(0),
        "left_s": Decimal(0),
        "over_s": Decimal(0),
        "used_share": None,
        "verdict": "not_applicable",
        "confidence": None,
    }
    every = {f"d{n}": seconds(unknown=86400, period=86400) for n in range(1, 32)}
    return replace(
        quiet(),
        availability=solution(**nothing),
        services=(service("api", "Public API", **nothing),),
        longest=replace(quiet().longest, verdict="not_provable"),
        days=days(**every),
        probes=(),
        contents=furthersamples.empty(),
    )


def running() -> Figures:
    """Return the same month on its 17th day, noon."""
    now = at(17, "12:0:0")
    base = busy()
    outages = base.outages[:2]
    late = {f"d{n}": seconds(unknown=86400, period=86400) for n in range(18, 32)}
    return replace(
        base,
        period=replace(PERIOD, complete=False, as_of=now),
        availability=solution(
            verdict="running",
            confidence=None,
            percent="99.9703",
            low="99.9661",
            high="99.9745",
            seconds=seconds(unplanned=420, unknown=1_252_800, future=1_252_800),
            used_s=Decimal(420),
            left_s=Decimal("115.68"),
            over_s=Decimal(0),
            used_share="78.5",
            budget_s=Decimal("535.68"),
        ),
        outages=outages,
        steps=steps(outages),
        maintenance=(),
        days=days(
            d3=seconds(unplanned=120, period=86400),
            d12=seconds(unplanned=300, period=86400),
            **late,
        ),
    )


def many() -> Figures:
    """Return a month with 40 services of 60-character names and 60 outages."""
    base = busy()
    names = [f"service-{n:02d}" for n in range(40)]
    services = tuple(
        service(key, f"{n:02d} Internationalised product catalogue synchronisation of Ou"[:60])
        for n, key in enumerate(names)
    )
    outages = tuple(
        outage(at(1 + n // 2, f"{n % 24}:0:0"), 65 + n, names[n % 40], crisis=n == 7)
        for n in range(60)
    )
    return replace(
        base,
        contract=replace(
            CONTRACT,
            customer="Établissements Kowalczyk-Grünberg & Compagnie Internationale SARL",
        ),
        services=services,
        outages=outages,
        steps=steps(outages),
    )


CASES = {"busy": busy, "quiet": quiet, "empty": empty, "running": running, "many": many}
