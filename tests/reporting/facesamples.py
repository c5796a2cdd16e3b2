"""Reports that are hard to lay out: a long year, a late beginning, many services, other scripts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from tests.reporting import furthersamples, samples
from tests.reporting.stretching import LONGEST, stretched

from vigie.reporting import Figures
from vigie.reporting.figures.contents import Contents, Kept, Latency, Spell
from vigie.reporting.figures.records import Availability, Day, Seconds

START = datetime(2025, 12, 31, 23, tzinfo=UTC)  # in Paris
FIRST = date(2026, 1, 1)
PARIS = ZoneInfo("Europe/Paris")
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SCRIPTS = (
    "Διεπαφή παραγγελιών και τιμολόγησης για όλους τους πελάτες",  # noqa: RUF001
    "Служба синхронизации каталога товаров и остатков на складах",
    "واجهة برمجة التطبيقات للطلبات والفواتير وإدارة المخزون",
    "訂單管理與產品目錄同步服務以及發票處理系統的公共應用程式介面",
    "שירות ההזמנות והחשבוניות",
    "Đồng bộ hoá danh mục sản phẩm",
)


def _midnight(number: int) -> datetime:
    """Return local midnight of a day of 2026 by its number, in summer an hour earlier in UTC."""
    at = START + number * DAY
    return at - timedelta(hours=1) if 88 <= number < 298 else at


def _stretch(kind: str, name: str, first: int, after: int, count: int) -> Figures:
    """Return the days *first* to *after* of 2026, by number, with *count* outages evenly spread."""
    apart = (after - first) * DAY // count // SECOND * SECOND
    outages = tuple(
        samples.outage(_midnight(first) + n * apart, 60 + n % 7 * 60, "api") for n in range(count)
    )
    dates = [one.starts.astimezone(PARIS).date() for one in outages]
    down: dict[date, int] = {}
    for one, day in zip(outages, dates, strict=True):
        down[day] = down.get(day, 0) + int(one.elapsed_s)
    days = tuple(_day(number, down) for number in range(first, after))
    spells = tuple(
        Spell(kind="unplanned", day=day, starts=one.starts, ends=one.ends)
        for one, day in zip(outages, dates, strict=True)
    )
    base = samples.busy()
    return replace(
        base,
        period=replace(
            base.period, kind=kind, name=name, starts=_midnight(first), ends=_midnight(after),
            as_of=_midnight(after) + timedelta(hours=3),
        ),
        basis=True,
        availability=_missed(sum(down.values()), int((days[-1].ends - days[0].starts) / SECOND)),
        outages=outages,
        days=days,
        steps=samples.steps(outages),
        contents=replace(
            base.contents, spells=spells, ahead_from=_midnight(after),
            latencies=tuple(_latency(number) for number in range(first, after)),
            outlooks=tuple(one for one in furthersamples.outlooks() if one.kind == kind),
        ),
    )  # fmt: skip


def _day(number: int, down: dict[date, int]) -> Day:
    day, starts, ends = FIRST + number * DAY, _midnight(number), _midnight(number + 1)
    length = int((ends - starts) / SECOND)
    seconds = samples.seconds(unplanned=down.get(day, 0), period=length)
    return Day(day=day, starts=starts, ends=ends, seconds=seconds)


def _latency(number: int) -> Latency:
    return Latency(
        day=FIRST + number * DAY,
        results=2880,
        p50_ms=Decimal(40 + number % 9),
        p95_ms=Decimal(120 + number % 31),
        p99_ms=Decimal(400 + number * 37 % 900),
    )


def _missed(down: int, whole: int) -> Availability:
    """Return an availability without planned or unknown time that missed its target of 99.98."""
    budget = Decimal(whole) / 5000
    return samples.solution(
        seconds=samples.seconds(unplanned=down, period=whole),
        percent=_cut(Decimal(whole - down) / whole),
        low=_cut(Decimal(whole - down - 60) / whole),
        high=_cut(Decimal(whole - down + 60) / whole),
        budget_s=budget,
        used_s=Decimal(down),
        over_s=down - budget,
        used_share=_cut(down / budget),
        confidence="clear",
    )


def _cut(share: Decimal) -> str:
    return str((share * 100).quantize(Decimal("0.0001"), ROUND_DOWN))


def storm() -> Figures:
    """Return a month with 500 outages."""
    return _stretch("month", "2026-05", 120, 151, 500)


def quarter() -> Figures:
    """Return a quarter with 45 outages."""
    return _stretch("quarter", "2026-Q2", 90, 181, 45)


def year(outages: int = 500) -> Figures:
    """Return a year with so many outages."""
    return _stretch("year", "2026", 0, 365, outages)


def late() -> Figures:
    """Return a month of a contract that began on the 15th."""
    base = samples.busy()
    outside = {f"d{n}": samples.seconds(outside=86400, period=86400) for n in range(1, 15)}
    first = furthersamples.kept("solution", "............m", percents={12: "99.9859"})
    return replace(
        base,
        contract=replace(base.contract, version_from=date(2026, 5, 15)),
        availability=samples.solution(
            seconds=samples.seconds(outside=14 * 86400, unplanned=120),
            percent="99.9918",
            low="99.9877",
            high="99.9959",
            used_s=Decimal(120),
            budget_s=Decimal("293.76"),
            left_s=Decimal("173.76"),
            over_s=Decimal(0),
            used_share="40.85",
            verdict="met",
            confidence="clear",
        ),
        outages=base.outages[2:],
        steps=samples.steps(base.outages[2:]),
        maintenance=(),
        days=samples.days(**outside, d21=samples.seconds(unplanned=120, period=86400)),
        contents=Contents(
            kept=first,
            spells=(furthersamples.spell("unplanned", 21, "23:58", 2),),
            outlooks=furthersamples.outlooks()[1:],
            latencies=furthersamples.latencies()[14:],
            ceiling_s=Decimal(10),
            ahead_from=samples.END,
        ),
    )


def lasting() -> Figures:
    """Return a month in which every duration is as long as can be."""
    base: Figures = stretched(samples.busy())
    solution = replace(base.availability, seconds=_longest(base.availability.seconds))
    return replace(base, availability=solution, services=(solution, *base.services))


def _longest(seconds: Seconds) -> Seconds:
    return replace(seconds, planned=LONGEST, unplanned=LONGEST, unmeasured=LONGEST)


def scripts() -> Figures:
    """Return a month whose names are written in other scripts."""
    base = samples.busy()
    services = tuple(
        samples.service(f"service-{n}", name, essential=n < 3) for n, name in enumerate(SCRIPTS)
    )
    outages = tuple(
        samples.outage(samples.at(3 + n, "9:14:0"), 120, f"service-{n}") for n in range(6)
    )
    return replace(
        base,
        contract=replace(base.contract, customer="株式会社サンプル · Пример · مثال"),
        services=services,
        outages=outages,
        contents=replace(base.contents, kept=_promises(len(SCRIPTS))),
    )


def many() -> Figures:
    """Return a month with 40 services, each with its line of marks."""
    return replace(samples.many(), contents=replace(samples.busy().contents, kept=_promises(40)))


def _promises(services: int) -> tuple[Kept, ...]:
    marks = "mmmrmmxmmommm"
    own = furthersamples.kept("solution", marks, percents={6: "99.9612", 12: "99.9798"})
    names = (f"service-{n:02d}" if services > 9 else f"service-{n}" for n in range(services))
    return own + tuple(
        one for name in names for one in furthersamples.kept(name, marks, percents={})
    )


CASES = {
    "storm": storm,
    "quarter": quarter,
    "year": year,
    "late": late,
    "lasting": lasting,
    "scripts": scripts,
    "forty": many,
}
