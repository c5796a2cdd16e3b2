"""The database dies in each state of a crisis: everything is as before, and it goes on."""

import asyncio
import gc
import logging
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.cli.processes import until
from tests.conftest import with_database
from tests.sql.crisis import Cell, brought_to, cell_of, customers, rota
from tests.sql.world import World, minute
from tests.watching.lookout import Lookout

from vigie.settings import Settings
from vigie.storing import DATABASE_TROUBLE, Embedded, open_database
from vigie.watching.incidents import Watcher

Kept: TypeAlias = dict[str, list[str]]  # the rows of each table
AGAIN_S = 15  # after which somebody watches again
DAY = 24 * 60  # minutes
KEPT = (
    "incident", "incident_service", "incident_event", "crisis", "crisis_service",
    "crisis_customer", "crisis_event", "crisis_action", "crisis_action_done", "outbox",
    "outbox_event",
)  # fmt: skip
SAID = [
    "watching",
    "watching: the database cannot be used, nobody is called meanwhile",
    "watching: the database is back",
    "watching",
]


async def _nothing(_: Cell) -> None:
    pass


async def _fails_further(cell: Cell) -> None:
    await Lookout(world=cell.world).measure("a", "DDD", start=10)


async def _dissolve(cell: Cell, at: float) -> None:
    await cell.report(at=at)
    await cell.approve(at=at)
    await cell.dissolve(at=at)


async def _end_action(cell: Cell) -> None:
    ask = "select fact.end_action($1, 1, 'dave', 'installed', $2)"
    assert await cell.value(ask, cell.crisis, minute(3 * DAY))


async def _open_another(cell: Cell) -> None:
    ask = "select fact.open_crisis_of($1, 'hand', $2, 'bob', 'it is true', $2)"
    cell.crisis = await cell.value(ask, [cell.world.ids["api"]], minute(60))


async def _staff_the_newest(cell: Cell) -> None:
    cell.crisis = await cell.value("select max(crisis_id) from fact.crisis")
    await cell.staff(at=18)


def to_cell(about: str) -> list[str]:
    return [f"{about}/{person}" for person in ("alice", "bob", "carol", "dave", "erin")]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was before the kill, and what comes after it."""

    at: float  # the minute of the kill
    messages: int  # were queued until then
    comes: Callable[[Cell], Awaitable[None]] = _nothing  # from outside
    later: float  # the minute to which the clock goes on
    news: list[str]  # what the watcher writes down then, by itself
    told: list[str]  # and the messages that it queues: about what, and to whom
    step: Callable[[Cell], Awaitable[Any]]  # what people do next
    becomes: str


CASES = {
    "watching": Case(
        at=9, messages=2, comes=_fails_further, later=13, news=["opened", "paged"],
        told=["page/1/1/alice", "page/1/1/bob"], step=_staff_the_newest, becomes="staffed",
    ),
    "open": Case(
        at=14, messages=2, later=16, news=["paged"], told=["page/1/2/carol"],
        step=lambda cell: cell.staff(at=17), becomes="staffed",
    ),
    "staffed": Case(
        at=20, messages=2, later=26, news=["overdue"], told=to_cell("overdue/1/1"),
        step=lambda cell: cell.plan(at=27), becomes="mitigating",
    ),
    "mitigating": Case(
        at=20, messages=2, later=26, news=["overdue"], told=to_cell("overdue/1/1"),
        step=lambda cell: cell.workaround(at=27), becomes="monitoring",
    ),
    "monitoring": Case(
        at=21, messages=2, comes=lambda cell: cell.happened("recovered", 23), later=24,
        news=["good_again"], told=[], step=lambda cell: cell.resolve(at=50), becomes="resolved",
    ),
    "resolved": Case(
        at=41, messages=5, comes=Cell.sent, later=45, news=["informed"], told=[],
        step=lambda cell: _dissolve(cell, 46), becomes="dissolved",
    ),
    "reporting": Case(
        at=43, messages=5, later=6 * DAY, news=["reminded"],
        told=to_cell("reminder/report/2026-05-10"), step=lambda cell: _dissolve(cell, 6 * DAY),
        becomes="dissolved",
    ),
    "dissolved": Case(
        at=53, messages=10, later=6 * DAY, news=["reminded"],
        told=to_cell("reminder/review/2026-05-10"), step=lambda cell: cell.review(at=6 * DAY),
        becomes="reviewed",
    ),
    "reviewed": Case(
        at=61, messages=10, later=3 * DAY, news=["reminded"],
        told=["reminder/action/1/2026-05-07/dave"], step=_end_action, becomes="reviewed",
    ),
    "cancelled": Case(
        at=31, messages=4, later=6 * DAY, news=[], told=[], step=_open_another, becomes="open",
    ),
    "merged": Case(
        at=13, messages=6, later=17, news=["paged"], told=["page/1/2/carol"],
        step=_staff_the_newest, becomes="staffed",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def shared_home(made_home: Path, folder: Path) -> Iterator[Path]:
    """The home of a running server with an empty, migrated database to clone."""
    home = folder / "restarted"
    subprocess.run(["cp", "-a", str(made_home), str(home)], check=True)
    server = Embedded(home)
    asyncio.run(_prepare(server.join(), home))
    yield home
    server.leave()


async def _prepare(url: str, home: Path) -> None:
    # The kernel outlives the kill: what was written is there, flushed or not.
    slow = [f"alter system set {one} = off" for one in ("fsync", "full_page_writes")]
    await _ask(url, *slow, "select pg_reload_conf()")
    async with open_database(Settings(database_url=None, home=home)):
        pass  # it is migrated
    await _ask(url, "alter database vigie rename to pristine")


async def _ask(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(with_database(url, "postgres"))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
def home(shared_home: Path) -> Iterator[Path]:
    """That home, with a database of the test's own."""
    server = Embedded(shared_home)
    clone = "create database vigie template pristine strategy file_copy"
    asyncio.run(_ask(server.join(), "drop database if exists vigie with (force)", clone))
    yield shared_home
    server.leave()


@pytest.fixture
async def pool(home: Path) -> AsyncIterator[asyncpg.Pool]:
    """The pool of `vigie run`, whose guard starts the server again."""
    async with open_database(Settings(database_url=None, home=home)) as opened:
        yield opened


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again sooner than people need it."""
    monkeypatch.setattr("vigie.storing.pool._GUARD_S", 0.05)
    monkeypatch.setattr("vigie.watching.incidents.STANDBY_S", 0.1)
    monkeypatch.setattr("vigie.watching.incidents.EVERY_S", 0.02)


class Clock:
    """What the watcher takes for now."""

    at: float = 0

    def __call__(self) -> datetime:
        return minute(self.at)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("vigie.clock.now", clock)
    return clock


@dataclass(kw_only=True)
class Watch:
    """A running watcher, and the logs of the meantime."""

    looks: int = 0
    logs: list[Any]

    def tell(self, watches: bool) -> None:
        self.looks += watches

    async def looked(self) -> None:
        """Wait until a look began after now, and ended."""
        wanted = self.looks + 2
        await until(lambda: self.looks >= wanted)


@asynccontextmanager
async def watching(pool: asyncpg.Pool) -> AsyncIterator[Watch]:
    """Watch as `vigie run` does; a watcher that broke fails the test."""
    with capture_logs() as logs:
        watch, stop = Watch(logs=logs), asyncio.Event()
        running = asyncio.create_task(Watcher(pool, stop, watch.tell).run())
        try:
            await watch.looked()
            yield watch
        finally:
            stop.set()
            await running


@asynccontextmanager
async def connected(pool: asyncpg.Pool, cell: Cell) -> AsyncIterator[None]:
    """Let the people of *cell* type, on a session that ends with the block."""
    async with pool.acquire() as connection:
        cell.world.connection = connection
        yield


async def brought(pool: asyncpg.Pool, state: str) -> Cell:
    """Return the cell of a crisis in *state*; watching: nobody is called yet."""
    async with pool.acquire() as connection:
        world = World(connection=connection)
        if state == "watching":
            return await _failing(world)
        cell = await cell_of(world)
        await brought_to(cell, state)
        if state == "reviewed":
            await cell.action(date(2026, 5, 5))
        return cell


async def _failing(world: World) -> Cell:
    await customers(world)
    await rota(world)
    lookout = Lookout(world=world)
    await lookout.watch()  # else what failed until now is history
    await lookout.measure("a", "D" * 10)
    return Cell(world=world, incident=1)


async def kept(pool: asyncpg.Pool) -> Kept:
    """Everything that is written down of incidents, crises and messages."""
    return {
        table: [
            row["line"]
            for row in await pool.fetch(f"select t::text as line from fact.{table} as t order by 1")
        ]
        for table in KEPT
    }


async def state_of(pool: asyncpg.Pool, cell: Cell) -> Any:
    return await pool.fetchval(
        "select coalesce(fact.crisis_state($1), (select 'watching' from sla.incident as i"
        " where i.incident = 'incident-1' and i.state = 'open' and i.crisis is null))",
        cell.crisis,
    )


def crash(home: Path) -> None:
    """End the server as a power failure would."""
    postmaster = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)


async def led_again(watch: Watch) -> None:
    """Wait until the watcher leads again and has looked, and fail when that takes too long."""
    async with asyncio.timeout(AGAIN_S):
        await until(lambda: said(watch).count("watching") == 2)
        await watch.looked()


def said(watch: Watch) -> list[str]:
    return [one["event"] for one in watch.logs]


def tracebacks(watch: Watch, records: list[logging.LogRecord]) -> list[object]:
    """What was logged with a traceback, also of tasks that nobody waits for."""
    gc.collect()
    return [
        *(one for one in watch.logs if "exc_info" in one or "exception" in one),
        *(one.getMessage() for one in records if one.exc_info or one.levelno >= logging.ERROR),
    ]


async def since(pool: asyncpg.Pool, before: Kept) -> tuple[list[str], list[str]]:
    """Return the kinds of the newer events of crises, and what newer messages are about."""
    events = await pool.fetch("select kind from fact.crisis_event order by event_id")
    messages = await pool.fetch("select key from fact.outbox order by message_id")
    keys = [row["key"].partition("/")[2] for row in messages]
    kinds = [row["kind"] for row in events]
    return kinds[len(before["crisis_event"]) :], sorted(keys[len(before["outbox"]) :])


async def last_word(pool: asyncpg.Pool, cell: Cell, at: float) -> Kept:
    """Write something down, and return everything; the kill follows at once."""
    async with connected(pool, cell):
        await cell.happened("noted", at)
    return await kept(pool)


async def goes_on(
    pool: asyncpg.Pool, case: Case, cell: Cell, clock: Clock, watch: Watch, before: Kept
) -> None:
    """The watcher does what is due, and then the people do their next step."""
    async with connected(pool, cell):
        await case.comes(cell)
        clock.at = case.later
        await watch.looked()
        assert (case.news, case.told) == await since(pool, before)

        await case.step(cell)
        assert case.becomes == await cell.state()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("state", CASES)
async def test_a_restart_in_each_state_loses_and_repeats_nothing(
    pool: asyncpg.Pool, home: Path, clock: Clock, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[state]
    clock.at = case.at
    cell = await brought(pool, state)
    async with watching(pool) as watch:
        before = await last_word(pool, cell, case.at)
        crash(home)
        await led_again(watch)

        assert (state, case.messages) == (await state_of(pool, cell), len(before["outbox"]))
        assert before == await kept(pool)
        await goes_on(pool, case, cell, clock, watch, before)

    assert SAID == said(watch)
    assert [] == tracebacks(watch, caplog.records)


@pytest.mark.usefixtures("soon")
async def test_a_command_cut_in_its_middle_left_nothing_and_is_typed_again(
    pool: asyncpg.Pool, home: Path, clock: Clock
) -> None:
    clock.at = 11
    cell = await brought(pool, "open")
    async with watching(pool) as watch:
        before = await kept(pool)
        with suppress(*DATABASE_TROUBLE):  # it cannot be taken back, as nobody is there
            async with connected(pool, cell), cell.connection.transaction():
                await cell.staff()
                crash(home)
                raise ConnectionResetError
        await led_again(watch)

        assert before == await kept(pool)
        async with connected(pool, cell):
            assert "staffed" == await cell.staff()
        assert (["filled"] * 5 + ["staffed"], []) == await since(pool, before)


async def test_who_watched_does_so_again_within_15_seconds_and_does_what_was_due_meanwhile(
    pool: asyncpg.Pool, home: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """With the pauses of `vigie run`."""
    clock.at = 11
    cell = await brought(pool, "open")
    async with watching(pool) as watch:
        before = await last_word(pool, cell, 11)
        crash(home)
        clock.at = 16
        await led_again(watch)

        assert (["paged"], ["page/1/2/carol"]) == await since(pool, before)
    assert SAID == said(watch)
    assert [] == tracebacks(watch, caplog.records)
