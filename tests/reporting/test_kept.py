"""Reports that are kept, as people lead them: drafted, objected to, issued, corrected."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pypdfium2
import pytest
from tests.sql.world import World

from vigie import cli, clock
from vigie.cli import reportrun
from vigie.reporting import Asked, Order, Outcome, keep_all

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PDF: Any = pypdfium2.PdfDocument  # it has no types
FIRST, SECOND = "acme/2026-05/r1", "acme/2026-05/r2"
NOWHERE = (
    "it goes to nobody (look at reports.to and reports.automatic of the contract, the addresses of"
    " the customer, and mail in reports/rota.yaml)"
)
NOW = f"{clock.now():%Y-%m}"
Run = Callable[..., tuple[int, str]]


async def measure(world: World, bad: datetime) -> None:
    """Measure six days of May 2026 by the hour, one hour of them down."""
    slots = [START + number * HOUR for number in range(6 * 24)]
    await world.store(("a", "main", at, "down" if at == bad else "up") for at in slots)
    await world.rolled_up_to(START + timedelta(days=32))


@pytest.fixture
async def world_of_may(database: str) -> AsyncIterator[World]:
    connection = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    await world.service("api", endpoints=("a",), every=HOUR)
    await world.contract(customer="Acme & Sons")
    await world.contract("globex")
    await measure(world, START + timedelta(days=4, hours=1))
    yield world
    await connection.close()


@pytest.fixture
def run(
    world_of_may: World,  # noqa: ARG001 - what the commands find
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command in a directory of its own; return its status and all that it said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)

    def call(*arguments: str, command: str = "report") -> tuple[int, str]:
        # A command has a loop of its own, and may be called inside the test's.
        with ThreadPoolExecutor(1) as thread:
            ended = thread.submit(cli.main, [command, *arguments]).exception()
        assert isinstance(ended, SystemExit)
        told = capsys.readouterr()
        return int(str(ended.code)), told.out + told.err

    return call


def words(path: Path) -> list[str]:
    """Return the text of each page, on one line."""
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in PDF(path)]


@pytest.mark.usefixtures("drawn_here")
def test_a_report_is_reviewed_issued_and_corrected(run: Run, tmp_path: Path) -> None:
    assert run("draft", "acme", "--month", "2026-05", "--by", "alice")[0] == 0
    status, said = run("draft", "acme", "--month", "2026-05")
    assert (1, True) == (status, "is kept already" in said)

    assert run("object", FIRST, "--reason", "The 5th was fine", "--by", "bob") == (
        0, f"{FIRST}: objection 1 is recorded.\n",
    )  # fmt: skip
    status, said = run("issue", FIRST, "--reason", "the review was held", "--by", "alice")
    assert (1, True) == (status, "objection 1 of bob is not answered: The 5th was fine" in said)
    run("answer", FIRST, "--text", "It was not: see the results", "--by", "alice")
    status, said = run("issue", FIRST, "--by", "alice", "--reason", "the review was held")
    assert (0, f"{FIRST} is issued; {NOWHERE}.\n") == (status, said)
    status, said = run("issue", FIRST, "--by", "alice")
    assert (1, True) == (status, "was issued by alice" in said)

    run("show", FIRST, "-o", "one.pdf")
    before = (tmp_path / "one.pdf").read_bytes()
    status, said = run("revise", FIRST, "--reason", "One more look", "--by", "alice")
    assert (0, True) == (status, said.startswith(f"{SECOND} is kept as a draft"))
    assert f"followed by {SECOND}\n" in run("list")[1]
    status, said = run("revise", FIRST, "--reason", "Once again", "--by", "alice")
    newer = f"report {FIRST}: {SECOND} came after it (vigie report revise {SECOND})"
    assert (1, True) == (status, newer in said)
    run("show", FIRST, "-o", "again.pdf")
    shown = json.loads(run("show", FIRST, "--json")[1])

    assert before == (tmp_path / "again.pdf").read_bytes()
    assert [sha256(before).hexdigest()] == shown["sha256"]
    assert "99.3055" == shown["figures"]["availability"]["percent"]
    kinds = [(one["kind"], one["actor"]) for one in shown["events"]]
    assert [("drafted", "alice"), ("objected", "bob"), ("answered", "alice")] == kinds[:3]
    assert [("issued", "alice")] == kinds[3:]

    status, said = run("object", FIRST, "--reason", "Look again", "--by", "bob")
    late = f"It was issued and stays; answer it, or correct it: vigie report revise {SECOND}.\n"
    assert (0, f"{FIRST}: objection 2 is recorded. {late}") == (status, said)
    assert "  1 objection to answer  " in run("list")[1]


@pytest.mark.usefixtures("drawn_here")
async def test_a_revision_says_what_changed_and_why(
    run: Run, world_of_may: World, tmp_path: Path
) -> None:
    people = {"people": {"alice": {"name": "Alice Martin", "roles": [], "reach": []}}}
    await world_of_may.insert("rota", {"spec": json.dumps(people), "recorded_at": START})
    run("draft", "acme", "--month", "2026-05", "--by", "alice")
    during = asyncpg.Range(START + timedelta(days=4, hours=1), START + timedelta(days=4, hours=2))
    await world_of_may.insert(
        "correction",
        {
            "key": "c-1",
            "service_id": world_of_may.ids["api"],
            "during": during,
            "effect": "up",
            "reason": "The probe's own network",
            "recorded_by": "bob",
            "recorded_at": START,
        },
    )
    await world_of_may.connection.execute(
        "insert into fact.correction_event (correction_id, action, recorded_by, recorded_at)"
        " select correction_id, 'approved', 'carol', recorded_at from fact.correction"
    )
    reason = "The probe's own network was down on 5 May"
    status, said = run(
        *("acme", "--month", "2026-05", "--revise", "--reason", reason, "-o", "two.pdf")
    )
    told = json.loads(run("diff", SECOND, "--json")[1])
    changed = {one["figure"]: (one["before"], one["after"]) for one in told["changes"]}
    first, *others = words(tmp_path / "two.pdf")

    assert 0 == status, said
    assert reason == told["reason"]
    assert ("99.3055", "100") == changed["availability.percent"]
    assert ("missed", "not_provable") == changed["availability.verdict"]
    assert ("3600", "0") == changed["availability.seconds.unplanned"]
    assert (True, None) == (
        changed["outages[2026-05-05T01:00:00Z]"][0] is not None,
        changed["outages[2026-05-05T01:00:00Z]"][1],
    )
    assert reason in first
    assert "Availability 99.3055 % → 100 %" in first.replace("\u202f", " ")
    assert "in place of revision 1 of" in first
    assert reason in " ".join(others)
    assert f"{FIRST}, with the SHA-256" in " ".join(others)
    assert "Alice Martin first report of the period" in " ".join(others)
    assert "made_by': 'alice'" in str(json.loads(run("show", FIRST, "--json")[1]))
    assert "availability.percent: 99.3055 -> 100" in run("diff", SECOND)[1]
    # Its pages are made again from what it carries: the reason and the changes are in it.
    status, said = run("two.pdf", command="verify")
    assert 0 == status, said


def test_what_is_missing_is_drafted_once_and_what_fails_is_told(run: Run, tmp_path: Path) -> None:
    mistake = tmp_path / "reports" / "templates" / "monthly" / "method.html"
    mistake.parent.mkdir(parents=True)
    mistake.write_text(
        '{% if f.contract.key == "acme" %}{{ nothing.at.all }}{% endif %}', encoding="utf-8"
    )
    status, said = run("run", "--month", "2026-05", "--processes", "2")
    mistake.unlink()
    again, told = run("run", "--month", "2026-05", "--processes", "1", "--json")
    nothing = run("run", "--month", "2026-05")
    listed = json.loads(run("list", "--json")[1])

    assert 1 == status
    assert "Kept 1 of 2 reports of 2026-05 as drafts." in said
    assert re.search(r"^  acme: .*method\.html.*nothing", said, re.MULTILINE)
    assert (0, {"kept": [FIRST], "kept_by_others": [], "failed": []}) == (again, json.loads(told))
    assert (0, "No report of 2026-05 is missing; what is not over yet has none.\n") == nothing
    assert ["acme/2026-05/r1", "globex/2026-05/r1"] == [it["report"] for it in listed["reports"]]
    assert [] == listed["faults"]


@pytest.mark.usefixtures("drawn_here")
async def test_a_changed_report_breaks_the_chain(run: Run, world_of_may: World) -> None:
    run("draft", "acme", "--month", "2026-05")
    run("revise", FIRST, "--reason", "again")
    change = "update fact.report set made_by = 'mallory' where revision = 1"
    connection = world_of_may.connection
    with pytest.raises(asyncpg.RestrictViolationError, match="vigie report revise"):
        await connection.execute(change)
    # Who owns the tables may.
    await connection.execute(f"set session_replication_role = replica; {change}")

    status, said = run("list")
    assert (1, True) == (
        status,
        f"chain of acme, place 1: {FIRST} was changed: its text has another digest" in said,
    )


@pytest.mark.usefixtures("drawn_here")
async def test_who_interrupts_loses_nothing_that_was_told(
    world_of_may: World, database: str, tmp_path: Path
) -> None:
    for more in ("initech", "umbrella", "wonka"):
        await world_of_may.contract(more)
    contracts = await world_of_may.connection.fetch("select key from fact.contract order by key")
    may = Asked("month", START.date())
    orders = [
        Order(contract=row["key"], asked=may, by="alice", directory=tmp_path) for row in contracts
    ]
    told: list[str] = []

    def tell(one: Outcome) -> None:
        told.append(str(one.key))
        if len(told) == 2:
            working.cancel()

    async def kept() -> list[str]:
        rows = await world_of_may.connection.fetch("select report from sla.report order by report")
        return [row["report"] for row in rows]

    async with asyncpg.create_pool(database, min_size=0) as pool:
        keeping = partial(keep_all, pool, processes=2, now=clock.now(), tell=tell)
        working = asyncio.create_task(keeping(orders))
        with pytest.raises(asyncio.CancelledError):
            await working
        before = await kept()
        await keeping(orders)

    assert (set(), True) == (set(told[:2]) - set(before), len(before) < len(orders))
    assert [f"{one.contract}/2026-05/r1" for one in orders] == await kept() == sorted(set(told))


@pytest.mark.usefixtures("drawn_here")
async def test_two_runs_at_once_say_each_report_once(
    world_of_may: World, database: str, tmp_path: Path
) -> None:
    for more in ("initech", "umbrella"):
        await world_of_may.contract(more)
    may = Asked("month", START.date())
    contracts = ["acme", "globex", "initech", "umbrella"]
    told: list[list[Outcome]] = [[], []]
    async with asyncpg.create_pool(database, min_size=0) as pool:
        runs = [
            keep_all(
                pool,
                [Order(contract=one, asked=may, by="alice", directory=tmp_path) for one in order],
                processes=1,
                now=clock.now(),
                tell=made.append,
            )
            for made, order in zip(told, (contracts, contracts[::-1]), strict=True)
        ]
        await asyncio.gather(*runs)

    keys = [f"{one}/2026-05/r1" for one in contracts]
    assert [keys, keys] == [sorted(str(one.key) for one in made) for made in told]
    assert keys == sorted(str(one.key) for made in told for one in made if one.ours)


def test_what_others_kept_meanwhile_is_counted_apart(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kept(
        _: object, orders: Iterable[Order], *, tell: Callable[[Outcome], None], **__: object
    ) -> None:
        for number, order in enumerate(orders):
            tell(Outcome(order=order, key=f"{order.contract}/2026-05/r1", ours=number == 0))

    monkeypatch.setattr(reportrun, "keep_all", kept)
    status, said = run("run", "--month", "2026-05")
    _, told = run("run", "--month", "2026-05", "--json")

    others = "Others kept 1 of them meanwhile; each is kept once."
    assert (0, f"Kept 1 of 2 reports of 2026-05 as drafts.\n{others}\n") == (
        *(status, said.partition("Reports of ")[0]),  # behind it the progress bar
    )
    assert {"kept": ["acme/2026-05/r1"], "kept_by_others": ["globex/2026-05/r1"]}.items() <= (
        json.loads(told).items()
    )


def test_who_interrupts_is_told_that_repeating_it_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt  # as a signal would, while reports are made

    monkeypatch.setattr(reportrun, "keep_all", stopped)
    status, said = run("run", "--month", "2026-05")

    assert (130, True) == (
        status,
        said.endswith(
            "vigie: what is kept stays; repeat the command to go on\nvigie: interrupted\n"
        ),
    )


MISTAKES = (
    (("show", "acme/2026-05/r7"), 'there is no report "acme/2026-05/r7" (none is kept yet'),
    (("draft", "acme", "--month", NOW), f"{NOW} is not over, or its results are not"),
    (("acme", "--month", "2026-05", "--revise"), '--revise: needs a reason (write --reason "'),
    (("acme", "--month", "2026-05", "--reason", "x"), "--reason and --by belong to a report"),
    (
        ("acme", "--month", "2026-05", "--revise", "--reason", "x"),
        "contract acme: no report of 2026-05 is kept, there is nothing to revise",
    ),
    (("run", "--month", "2026-05", "--processes", "0"), "--processes: 0 is out of range"),
    (("run", "--month", NOW), f"{NOW}: not over for any contract, figures are known up to 20"),
    (("run", "--year", "2025"), "2025: no contract is in force in it (write another period)"),
    (("list", "--contract", "nope"), 'contract "nope": there is none of this key ('),
    (
        ("answer", "acme/2026-05/r1", "--text", "x", "--number", "9" * 20),
        f"report acme/2026-05/r1: has no objection {'9' * 20} (vigie report show",
    ),
)


def test_mistakes_are_one_line(run: Run) -> None:
    for arguments, expected in MISTAKES:
        status, said = run(*arguments)

        assert (1, 1) == (status, said.count("\n"))
        assert said.startswith(f"vigie: {expected}")
