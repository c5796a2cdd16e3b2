"""Reports that are hard to lay out: a long year, a late beginning, many services, other scripts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.reporting import furthersamples, samples

from vigie.reporting import Figures
from vigie.reporting.figures.contents import Contents, Kept, Latency, Spell
from vigie.reporting.figures.records import Day

START = datetime(2025, 12, 31, 23, tzinfo=UTC)  # in Paris
END = datetime(2026, 12, 31, 23, tzinfo=UTC)
DAY = timedelta(days=1)
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


def year() -> Figures:
    """Return a year with 500 outages."""
    outages = tuple(
        samples.outage(
            _midnight(n * 365 // 500) + timedelta(hours=n * 7 % 24), 60 + n % 7 * 60, "api"
        )
        for n in range(500)
    )
    down: dict[date, int] = {}
    for one in outages:
        day = (one.starts + timedelta(hours=2)).date()
        down[day] = down.get(day, 0) + int(one.elapsed_s)
    days = tuple(
        Day(
            day=date(2026, 1, 1) + n * DAY,
            starts=_midnight(n),
            ends=_midnight(n + 1),
            seconds=samples.seconds(
                unplanned=down.get(date(2026, 1, 1) + n * DAY, 0), period=86400
            ),
        )
        for n in range(365)
    )
    spells = tuple(
        Spell(kind="unplanned", day=(one.starts + timedelta(hours=2)).date(),
              starts=one.starts, ends=one.ends)
        for one in outages
    )  # fmt: skip
    latencies = tuple(
        Latency(
            day=date(2026, 1, 1) + n * DAY,
            results=2880,
            p50_ms=Decimal(40 + n % 9),
            p95_ms=Decimal(120 + n % 31),
            p99_ms=Decimal(400 + n * 37 % 900),
        )
        for n in range(365)
    )
    base = samples.busy()
    wide = furthersamples.outlooks()[2]
    return replace(
        base,
        period=replace(
            base.period, kind="year", name="2026", starts=START, ends=END,
            as_of=END + timedelta(hours=3),
        ),
        basis=True,
        outages=outages,
        days=days,
        steps=samples.steps(outages),
        contents=replace(
            base.contents, spells=spells, latencies=latencies, outlooks=(wide,), ahead_from=END
        ),
    )  # fmt: skip


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


CASES = {"year": year, "late": late, "scripts": scripts, "forty": many}
