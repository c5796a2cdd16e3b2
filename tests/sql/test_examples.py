"""Every example query runs, and the first of them says what the figures say."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.sql.world import World, minute

from vigie import paths

EXAMPLES = sorted((paths.SQL / "examples").glob("*.sql"))


@pytest.fixture
async def busy_world(world: World) -> World:
    await world.service("api", endpoints=["a"])
    await world.contract(crisis_longer_than=timedelta(minutes=10), crisis_customers=1)
    await world.window(30, 40, announced=None)
    await world.results("a", "UUDDDDDDDDDDDDU..U")
    await world.rolled_up_to(minute(60))
    return world


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_example_runs_and_begins_with_its_question(busy_world: World, path: Path) -> None:
    text = _text(path)
    rows = await busy_world.connection.fetch(text)

    assert text.startswith("-- ")
    # The world's results carry no tries, so nothing failed in detail and nothing was flaky.
    assert bool(rows) != path.name.startswith(("07", "08"))


async def test_year_equals_the_sum_of_its_months(busy_world: World) -> None:
    text = (paths.SQL / "examples" / "04_year_is_the_sum_of_its_seconds.sql").read_text()

    (row,) = await busy_world.connection.fetch(text)

    assert (0, 0) == (row["up_difference_s"], row["unplanned_difference_s"])


def test_readme_shows_every_example() -> None:
    readme = (paths.SQL / "README.md").read_text()

    assert [] == [path.name for path in EXAMPLES if f"examples/{path.name}" not in readme]
