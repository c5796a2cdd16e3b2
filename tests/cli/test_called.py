"""`vigie run` as a process: an outage calls people, whatever is killed meanwhile."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
from tests.cli.called import LIMIT_S, a_receiver, lay_out_crisis
from tests.cli.processes import Vigie, a_target, until, vigie

LISTEN = ("--listen", "127.0.0.1:0")


async def first_failure(database: str) -> datetime:
    connection = await asyncpg.connect(database)
    try:
        found: datetime = await connection.fetchval(
            "select min(at) from fact.result where outcome = 'down'"
        )
    finally:
        await connection.close()
    return found


async def test_an_outage_calls_people_by_the_clock(database: str, tmp_path: Path) -> None:
    async with a_target() as target, a_receiver() as called:
        lay_out_crisis(tmp_path, target, called)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 2)
            target.status = 500
            warned, _ = await called.come("pre_alert")
            paged, page = await called.come("page")
            escalated, _ = await called.come("page", "/bob")
            status = await running.end()

    began = await first_failure(database)
    assert 0 == status
    assert began + timedelta(seconds=2) < warned < paged < escalated
    assert timedelta(seconds=LIMIT_S) < paged - began < timedelta(seconds=LIMIT_S + 5)
    assert page["data"]["services"] == [{"key": "shop", "name": "Shop"}]
    assert page["data"]["ack_url"].startswith("https://vigie.example/ack/")
    assert [path for path, _, _ in called.calls if path == "/alive"]
    assert 1 == len(called.of("page"))


async def test_two_processes_call_once_and_the_standby_takes_over(
    database: str, tmp_path: Path
) -> None:
    async with a_target() as target, a_receiver() as called:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
            lay_out_crisis(folder, target, called)
        async with (
            vigie("run", *LISTEN, folder=folders[0], database=database) as first,
            vigie("run", *LISTEN, folder=folders[1], database=database) as second,
        ):

            def watches(one: Vigie) -> bool:
                return any('"event": "watching"' in line for line in one.said)

            await until(lambda: watches(first) or watches(second))
            leader, standby = (first, second) if watches(first) else (second, first)
            target.status = 500
            await called.come("pre_alert")
            leader.process.kill()
            paged, _ = await called.come("page")
            took_over = watches(standby)
            await standby.end()

    began = await first_failure(database)
    assert took_over
    assert paged - began < timedelta(seconds=LIMIT_S + 15)
    # The killed one may have had it on its way.
    assert (1, 1) == (len(called.keys("pre_alert")), len(called.keys("page")))


async def test_recovery_is_seen_and_a_database_that_restarts_loses_nothing(
    database: str, tmp_path: Path
) -> None:
    async with a_target() as target, a_receiver() as called:
        lay_out_crisis(tmp_path, target, called)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 2)
            target.status = 500
            await called.come("pre_alert")
            await _end_sessions(database)
            await called.come("page")
            target.status = 200
            await _state(database, "recovered")
            await running.end()

    assert 1 == len(called.of("page"))


async def _end_sessions(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await connection.close()


async def _state(database: str, state: str) -> None:
    connection = await asyncpg.connect(database)
    async with asyncio.timeout(60):
        while (  # noqa: ASYNC110 - a view has no event
            await connection.fetchval("select state from sla.incident") != state
        ):
            await asyncio.sleep(0.2)
    await connection.close()
