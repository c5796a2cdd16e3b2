"""What `vigie run` says of itself at /healthz."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from vigie import clock
from vigie.cli.engine import Pulse, targets
from vigie.cli.following import Following
from vigie.cli.vitals import LAG, REPORT_SLACK, SLACK, WATCH_SLACK, Vitals
from vigie.serving import Health
from vigie.storing import roll_up

EVERY = timedelta(seconds=1)
SOON = timedelta(seconds=10)
ZERO = timedelta(0)


async def wrong(found: Following, pulse: Pulse, home: Path, began: timedelta) -> tuple[str, ...]:
    pulse.course.follow(targets(found.catalogue.services), ())
    return (await health(found, home, pulse, clock.now() - began)).wrong


async def health(found: Following, home: Path, pulse: Pulse, began: datetime) -> Health:
    vitals = Vitals(home=home, location="main", pulse=pulse, following=found, began=began)
    return await vitals.health()


async def test_a_young_process_is_given_time(found: Following, tmp_path: Path) -> None:
    assert await wrong(found, Pulse(), tmp_path, ZERO) == ()


async def test_a_prober_that_gives_no_results_stopped(found: Following, tmp_path: Path) -> None:
    now = clock.now()
    stale, fresh = (now - EVERY - SLACK + edge for edge in (-SOON, SOON))

    told = [
        await wrong(found, Pulse(newest=newest, as_of=now, watched=now), tmp_path, 2 * SLACK)
        for newest in (None, stale, fresh)
    ]
    assert told == [("the prober stopped",), ("the prober stopped",), ()]


async def test_figures_that_stay_behind_mean_that_the_roll_up_stopped(
    found: Following, tmp_path: Path
) -> None:
    now = clock.now()
    stale, fresh = (now - LAG - SLACK + edge for edge in (-SOON, SOON))

    told = [
        await wrong(found, Pulse(newest=now, as_of=as_of, watched=now), tmp_path, 2 * SLACK + LAG)
        for as_of in (None, stale, fresh)
    ]
    assert told == [("the roll-up stopped",), ("the roll-up stopped",), ()]


async def test_a_watcher_that_neither_looks_nor_stands_by_stopped(
    found: Following, tmp_path: Path
) -> None:
    now = clock.now()
    stale, fresh = (now - WATCH_SLACK + edge for edge in (-SOON, SOON))

    told = [
        await wrong(
            found,
            Pulse(newest=now, as_of=now, watched=watched, watches=watches),
            tmp_path,
            WATCH_SLACK + SOON,
        )
        for watched, watches in ((None, False), (stale, True), (fresh, True), (fresh, False))
    ]
    assert told == [("watching stopped",), ("watching stopped",), (), ()]
    assert await wrong(found, Pulse(), tmp_path, WATCH_SLACK - SOON) == ()


async def test_up_to_where_figures_hold_is_asked_of_the_database(
    found: Following, tmp_path: Path, pool: asyncpg.Pool
) -> None:
    pulse = Pulse(pool=pool)
    before = (await health(found, tmp_path, pulse, clock.now())).as_of
    noon = datetime(2026, 5, 12, 12, tzinfo=UTC)
    await roll_up(pool, noon, settle=ZERO)

    assert (before, (await health(found, tmp_path, pulse, clock.now())).as_of) == (None, noon)


async def test_what_waits_in_the_spool_is_counted(found: Following, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    for name in ("a.jsonl", "b.jsonl", "shipper.lock"):
        (tmp_path / "spool" / name).touch()

    assert (await health(found, tmp_path, Pulse(), clock.now())).spool_files == 2


async def test_reports_that_nobody_makes_for_long_are_wrong(
    found: Following, tmp_path: Path
) -> None:
    now = clock.now()
    stale, fresh = (now - REPORT_SLACK + edge for edge in (-SOON, SOON))

    def pulse(since: datetime) -> Pulse:
        return Pulse(newest=now, as_of=now, watched=now, unreported=(since, "it is full"))

    told = [await wrong(found, pulse(since), tmp_path, ZERO) for since in (stale, fresh)]
    assert told == [("no report is made or sent: it is full",), ()]


def test_how_long_no_report_is_made_counts_from_the_first_turn() -> None:
    pulse = Pulse()
    pulse.hear_of_reports("it is full")
    assert pulse.unreported
    first = pulse.unreported[0]
    pulse.hear_of_reports("it is gone")
    assert (first, "it is gone") == pulse.unreported

    pulse.hear_of_reports(None)
    assert pulse.unreported is None
