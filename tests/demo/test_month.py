"""The made-up month: the same each time, and with figures that can be told in advance."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from vigie import catalogue, probing
from vigie.demo import by_minute, last_month, lay_out, write_maintenance, write_results
from vigie.demo.month import TROUBLES
from vigie.demo.shop import PORTS
from vigie.reporting import Asked, figures
from vigie.storing import apply_catalogue, import_maintenance, import_results, roll_up

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (NOW, OCTOBER),
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), date(2025, 12, 1)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), date(2026, 1, 1)),  # February in Paris
    ],
)
def test_the_last_month_is_over_on_the_contract_s_clocks(now: datetime, month: date) -> None:
    assert last_month(now) == month


def test_the_same_month_gives_the_same_results(tmp_path: Path) -> None:
    numbers = [write_results(tmp_path / name, OCTOBER) for name in ("one.csv", "two.csv")]

    # 31 days, and an hour more as winter time begins
    assert numbers == [3 * (31 * 24 + 1) * 60] * 2
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize("month", [date(2027, 2, 1), date(2028, 2, 1), date(2026, 3, 1)])
def test_every_month_has_room_for_its_troubles(month: date, tmp_path: Path) -> None:
    write_results(tmp_path / "results.csv", month)
    rows = (tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()[1:]
    bad = [row for row in rows if ",up," not in row]

    assert len(bad) == sum(trouble.minutes for trouble in TROUBLES)


async def test_its_figures_are_those_of_its_troubles(pool: asyncpg.Pool, tmp_path: Path) -> None:
    lay_out(tmp_path, PORTS)
    found = catalogue.load(tmp_path, probing.MODELS, now=NOW)
    async with pool.acquire() as connection:
        await apply_catalogue(connection, by_minute(found), NOW)
    write_results(tmp_path / "results.csv", OCTOBER)
    write_maintenance(tmp_path / "maintenance.csv", OCTOBER)
    for _ in range(2):  # the demonstration may be run again
        await import_results(pool, tmp_path / "results.csv", NOW)
        await import_maintenance(pool, tmp_path / "maintenance.csv", NOW, by="test")
        await roll_up(pool, NOW, settle=timedelta(0))
    async with pool.acquire() as connection:
        asked = Asked("month", OCTOBER)
        told = await figures(connection, contract="demo", asked=asked, now=NOW)

    seconds = told.availability.seconds
    assert seconds.unplanned == (4 + 2 + 1) * 60  # orders; in its late-announced window; api
    assert seconds.planned == 24 * 60
    assert seconds.unknown == 60
    assert seconds.up == (31 * 24 + 1) * 3600 - (7 + 24 + 1) * 60
    assert (told.availability.verdict, told.availability.confidence) == (
        "met",
        "within_uncertainty",
    )
    windows = {(one.services, one.kind): one.valid for one in told.maintenance}
    assert windows == {
        (("api",), "planned"): True,
        (("orders",), "planned"): False,  # announced on the evening before
        (("crawler",), "security"): True,
    }
