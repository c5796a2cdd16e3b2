"""Month by month, which promise was kept: the same as each month's own figures say."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute

FIRST = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAY = asyncpg.Range(FIRST, JUNE)
BEFORE = -3 * 24 * 60  # minutes from the world's start to the first of May
MARKS = "select * from sla.slam('acme', $1, $2)"


async def a_month(
    world: World, letters: str, *, as_of: datetime = JUNE, service: str = "api"
) -> None:
    """Measure a service every hour of May 2026; what *letters* do not say was up."""
    endpoint = f"{service}-endpoint"
    await world.service(service, endpoints=(endpoint,), every=HOUR)
    hours = (as_of - FIRST) // HOUR
    await world.results(endpoint, letters.ljust(hours, "U")[:hours], start=BEFORE, step=60)
    await world.rolled_up_to(as_of)


async def marks(world: World, scope: str = "solution", months: int = 13) -> dict[str, list[str]]:
    """Return the marks of a scope by indicator."""
    rows = await world.connection.fetch(MARKS, MAY, months)
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["scope"] == scope:
            found.setdefault(row["indicator"], []).append(row["mark"])
    return found


@pytest.mark.parametrize(
    ("letters", "mark", "percent"),
    [
        # 10 % of 744 h are 74.4 h, three quarters of them 55.8 h
        ("", "met", "100"),
        ("D" * 55, "met", "92.6075"),  # 689 / 744 = 0.926075…
        ("D" * 56, "at_risk", "92.4731"),
        ("D" * 74, "at_risk", "90.0537"),
        ("D" * 75, "missed", "89.9193"),
        ("?" * 75, "not_measurable", "100"),  # would miss, if it was down
        ("?" * 744, "not_measurable", None),
    ],
)
async def test_month_has_the_mark_of_its_figure(
    world: World, letters: str, mark: str, percent: str | None
) -> None:
    await a_month(world, letters)
    await world.contract(valid=asyncpg.Range(FIRST, None), target=Decimal("0.9"))

    rows = await world.connection.fetch(MARKS, MAY, 13)

    # months before the contract are not there; the service has the same as the solution
    assert [
        (scope, "availability", date(2026, 5, 1), mark, percent) for scope in ("solution", "api")
    ] == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("down", "mark"),
    [(0, "running"), (55, "running"), (56, "at_risk"), (74, "at_risk"), (75, "missed")],
)
async def test_running_month_is_missed_once_nothing_makes_up_for_it(
    world: World, down: int, mark: str
) -> None:
    """The budget of the whole month counts: 74.4 h."""
    await a_month(world, "D" * down, as_of=JUNE - 10 * HOUR)
    await world.contract(target=Decimal("0.9"))

    assert [mark] == (await marks(world, months=1))["availability"]


async def test_months_that_have_not_begun_have_no_mark(world: World) -> None:
    await a_month(world, "", as_of=JUNE - 10 * HOUR)
    await world.contract(target=Decimal("0.9"))
    year = asyncpg.Range(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

    rows = await world.connection.fetch(MARKS, year, 12)

    assert (date(2026, 5, 1), "running") == max((row["month"], row["mark"]) for row in rows)


@pytest.mark.parametrize(
    ("letters", "mark"),
    [("UUUDU", "met"), ("UUUDDU", "at_risk"), ("UDDDU", "missed"), ("U?DDU", "not_measurable")],
)
async def test_longest_interruption_has_its_own_mark(world: World, letters: str, mark: str) -> None:
    await a_month(world, letters)
    await world.contract(target=None, interruption_max=2 * HOUR)

    assert {"longest interruption": ["not_measurable"] * 2 + [mark]} == await marks(world, months=3)


async def test_each_service_has_its_own_line(world: World) -> None:
    await a_month(world, "")
    await a_month(world, "D" * 80, service="crawler")
    await world.contract(other=("crawler",), target=Decimal("0.9"))

    assert [["met"], ["met"], ["missed"]] == [
        (await marks(world, scope, 1))["availability"] for scope in ("solution", "api", "crawler")
    ]


async def test_without_promises_there_is_nothing_to_mark(world: World) -> None:
    await a_month(world, "")
    await world.contract(target=None)

    assert {} == await marks(world)


SAME = """
select s.mark, a.verdict, s.percent, a.percent
from sla.slam('acme', $1, 2) as s
cross join lateral sla.period('acme', 'month', s.month) as p (span)
cross join lateral sla.availability('acme', s.scope, p.span) as a
where s.indicator = 'availability'
union all
select s.mark, l.verdict, null, null
from sla.slam('acme', $1, 2) as s
cross join lateral sla.period('acme', 'month', s.month) as p (span)
cross join lateral sla.longest_interruption('acme', 'solution', p.span) as l
where s.indicator <> 'availability'
"""
MEANS = {
    "met": ("met", "at_risk"),
    "missed": ("missed",),
    "not_provable": ("not_measurable",),
    "not_applicable": ("not_measurable",),
    "running": ("running", "at_risk", "missed"),
}


async def anything(world: World, chance: Random) -> None:
    """Measure three services for two months, with outages, holes, terms, windows and mistakes."""
    for service in ("api", "shop", "crawler"):
        await world.service(service, endpoints=(f"{service}-endpoint",), every=HOUR)
        letters = list("U" * 61 * 24)
        for _ in range(chance.randrange(6)):
            start, letter = chance.randrange(len(letters)), chance.choice("DDD?.")
            length = chance.choice((1, 2, 3, 9, 40))
            letters[start : start + length] = letter * length
        del letters[61 * 24 :]
        endpoint = f"{service}-endpoint"
        await world.results(endpoint, "".join(letters), start=BEFORE - 30 * 24 * 60, step=60)
    terms: dict[str, Any] = {
        "essential": ("api", "shop"),
        "other": ("crawler",),
        "unknown": chance.choice(("neither", "up", "down")),
        "maintenance": chance.choice(("downtime", "window", "up")),
        "join_within": chance.choice((0, 1, 2)) * HOUR,
        "interruption_max": chance.choice((2, 4, 12)) * HOUR,
    }
    change = FIRST + chance.randrange(-400, 400) * HOUR
    for valid in (asyncpg.Range(minute(-100000), change), asyncpg.Range(change, None)):
        target = chance.choice((None, Decimal("0.9"), Decimal("0.99"), Decimal("0.999")))
        await world.contract(valid=valid, target=target, **terms)
    for _ in range(3):
        start = chance.randrange(-40000, 30000)
        await world.window(start, start + 3000, services=(chance.choice(("api", "crawler")),))
        await world.correction(start + 100, start + 1300, target="shop")
    await world.rolled_up_to(JUNE - chance.choice((0, 0, 30)) * HOUR)


@pytest.mark.parametrize("seed", [0, 3, 5])
async def test_marks_are_those_of_the_figures(world: World, seed: int) -> None:
    await anything(world, Random(seed))

    rows = await world.connection.fetch(SAME, MAY)

    assert rows
    assert [] == [tuple(r) for r in rows if r[0] not in MEANS[r[1]] or r[2] != r[3]]


OUTLOOK = "select * from sla.budget_outlook('acme', 'solution', $1)"


async def test_budgets_of_month_quarter_and_year_stand_beside_each_other(world: World) -> None:
    await a_month(world, "D" * 60)  # 216,000 s
    await world.contract(
        valid=asyncpg.Range(FIRST, datetime(2026, 7, 1, tzinfo=UTC)), target=Decimal("0.95")
    )

    month, quarter, year = await world.connection.fetch(OUTLOOK, JUNE)

    # 5 % of 744 h are 133,920 s
    assert ("month", FIRST, JUNE, JUNE, 133_920, 216_000, 0, 82_080, "161.30", 0, 216_000) == (
        *month[:4], *month[6:13]
    )  # fmt: skip
    assert ("91.9354", None, "91.9354") == (month["percent"], month[14], month["clean_percent"])
    # the contract holds for May and June, 1,464 h: 263,520 s. June at the pace of May costs
    # 216,000 * 720 / 744 = 209,032.2… s more. 47,520 s are left: they last 47,520 / 216,000 of May.
    assert (263_520, 47_520, 720 * 3600, 216_000 + 209_033, 161_513) == (
        quarter["budget_s"], quarter["left_s"], quarter["to_come_s"],
        quarter["projected_s"], quarter["projected_over_s"],
    )  # fmt: skip
    assert JUNE + timedelta(seconds=2_678_400 * 47_520 // 216_000) == quarter["used_up_at"]
    assert "95.9016" == quarter["clean_percent"]  # 1,404 / 1,464
    assert quarter[4:] == year[4:]  # the contract ends with the quarter


async def test_outlook_forgets_what_was_measured_later(world: World) -> None:
    await a_month(world, "U" * 500 + "D" * 100)
    await world.contract(target=Decimal("0.9"))

    month, *_ = await world.connection.fetch(OUTLOOK, FIRST + 100 * HOUR)

    assert (0, "100", FIRST + 100 * HOUR) == (
        month["used_s"],
        month["percent"],
        month["known_until"],
    )


ROWS = "select * from fact.outlook('acme', 'solution', $1)"


async def test_the_pace_is_that_of_the_time_that_was_measured(world: World) -> None:
    """Half of May is a hole: it is neither budget nor pace, and June costs twice as much."""
    await a_month(world, "D" * 36 + "U" * 336 + "?" * 372)
    await world.contract(
        valid=asyncpg.Range(FIRST, datetime(2026, 7, 1, tzinfo=UTC)), target=Decimal("0.95")
    )

    month, quarter, year = await world.connection.fetch(ROWS, JUNE)

    # 372 h measured, 36 h down: 5 % of 372 h, and of 1,092 h with the 720 h of June
    assert (Decimal("18.6") * 3600, Decimal("54.6") * 3600) == (
        month["budget_s"], quarter["budget_s"],
    )  # fmt: skip
    # 36 h + 36 * 720 / 372 h = 105.677… h; by all hours that are over it would be 70.8 h
    assert 36 * 3600 + 36 * 3600 * 720 // 372 + 1 == quarter["projected_s"]
    assert (372 * 3600, 372 * 3600) == (month["unmeasured_s"], year["unmeasured_s"])
    # 18.6 h left at 36 h in 372 h: 192.2 h into June
    assert JUNE + timedelta(hours=192.2) == quarter["used_up_at"]


async def test_no_row_leads_to_more_than_the_row_that_holds_it(world: World) -> None:
    """After a clean April, the pace of May alone would lead further than that of the year."""
    await a_month(world, "D" * 60, as_of=FIRST + 240 * HOUR)
    await world.results("api-endpoint", "U" * 720, start=BEFORE - 30 * 24 * 60, step=60)
    await world.rolled_up_to(FIRST + 240 * HOUR)
    await world.contract(
        valid=asyncpg.Range(datetime(2026, 4, 1, tzinfo=UTC), None), target=Decimal("0.95")
    )

    month, quarter, year = await world.connection.fetch(ROWS, FIRST + 240 * HOUR)

    # 60 h down in 960 h: 1 h in 16. To come are 504 h, in the quarter 1,224, in the year 5,640.
    hours = [Decimal(one["projected_s"]) / 3600 for one in (month, quarter, year)]
    assert [60 + Decimal("31.5"), 60 + Decimal("76.5"), 60 + Decimal("352.5")] == hours


async def test_only_time_to_come_with_a_target_uses_up_a_budget(world: World) -> None:
    """The target ends with June; the contract goes on without one."""
    await a_month(world, "D" * 36)
    end = datetime(2026, 7, 1, tzinfo=UTC)
    await world.contract(valid=asyncpg.Range(FIRST, end), target=Decimal("0.95"))
    await world.contract(valid=asyncpg.Range(end, None), target=None)

    *_, quarter, year = await world.connection.fetch(ROWS, JUNE)

    assert (720 * 3600, end) == (year["promised_to_come_s"], year["comes_until"])
    assert quarter["projected_s"] == year["projected_s"]
    assert year["to_come_s"] == (720 + 184 * 24) * 3600


async def test_a_year_without_a_measurement_has_no_pace(world: World) -> None:
    await a_month(world, "?" * 744)
    await world.contract(valid=asyncpg.Range(FIRST, None), target=Decimal("0.95"))

    *_, year = await world.connection.fetch(ROWS, JUNE)

    assert (None, None) == (year["projected_s"], year["used_up_at"])
    assert 744 * 3600 == year["unmeasured_s"]


@pytest.mark.parametrize(("unknown", "left_out"), [("neither", 10), ("up", 0), ("down", 0)])
async def test_unknown_time_that_counts_is_not_left_out(
    world: World, unknown: str, left_out: int
) -> None:
    await a_month(world, "?" * 10)
    await world.contract(valid=asyncpg.Range(FIRST, None), target=Decimal("0.95"), unknown=unknown)

    month, *_ = await world.connection.fetch(ROWS, JUNE)

    assert left_out * 3600 == month["unmeasured_s"]


async def test_latencies_add_their_histograms(world: World) -> None:
    """Of 97 answers in 100 ms and 3 in 2 s the median is 100 ms and the 99th hundredth 2 s."""
    await world.service("api", endpoints=("a", "b"))
    await world.contract()
    await world.results("a", "U" * 97)
    await world.results("b", "UUUD")
    for endpoint, duration in (("a", 100_000), ("b", 2_000_000)):
        await world.connection.execute(
            "update fact.result set duration_us = $2 where endpoint_id = $1",
            world.ids[endpoint], duration,
        )  # fmt: skip
    await world.rolled_up_to(minute(6000))

    [row] = await world.connection.fetch("select * from sla.latency('acme', 'solution', $1)", MAY)

    # the upper edge of a bucket of 9 %
    assert (date(2026, 5, 4), 100) == (row["day"], row["results"])
    assert 100 <= row["p50_ms"] <= 110
    assert row["p50_ms"] == row["p95_ms"]
    assert 2000 <= row["p99_ms"] <= 2200
