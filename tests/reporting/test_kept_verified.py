"""Kept reports as `vigie verify --database` tells them from all others, byte for byte."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pikepdf
import pytest
from tests.reporting import test_kept
from tests.reporting.test_kept import FIRST, HOUR, SECOND, START, Run
from tests.sql.world import World

from vigie.reporting import Made, from_bytes, made_again

pytestmark = pytest.mark.usefixtures("drawn_here")
run, world_of_may = test_kept.run, test_kept.world_of_may


async def correct(world: World) -> None:
    """Say, with approval, that the one hour that was down was not."""
    during = asyncpg.Range(START + 4 * 24 * HOUR + HOUR, START + 4 * 24 * HOUR + 2 * HOUR)
    await world.insert(
        "correction",
        {
            "key": "c-1",
            "service_id": world.ids["api"],
            "during": during,
            "effect": "up",
            "reason": "The probe's own network",
            "recorded_by": "bob",
            "recorded_at": START,
        },
    )
    await world.connection.execute(
        "insert into fact.correction_event (correction_id, action, recorded_by, recorded_at)"
        " select correction_id, 'approved', 'carol', recorded_at from fact.correction"
    )


def remade(path: Path, change: Callable[[Made], Made]) -> Path:
    """Write the report drawn again, saying something else of itself."""
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        told = from_bytes(pdf.attachments["report.json"].get_file().read_bytes())
    other = path.with_stem(f"{path.stem}-remade")
    other.write_bytes(made_again(told["figures"], change(told["report"]), directory=path.parent))
    return other


def another(**said: Any) -> Callable[[Made], Made]:
    """Return what makes a report say something else of its revision."""
    return lambda made: replace(made, revision=replace(made.revision, **said))  # type: ignore[type-var]


async def test_a_kept_report_holds_when_it_was_corrected_since(
    run: Run, world_of_may: World
) -> None:
    run("draft", "acme", "--month", "2026-05", "--language", "fr", "--language", "en")
    run("show", FIRST, "-o", "one.pdf", "--language", "en")
    status, said = run("one.pdf", "--database", command="verify")
    assert (0, True) == (status, said.endswith("one.pdf: all that was checked holds.\n")), said
    assert f"✓ holds        revision: {FIRST} is of this contract and period\n" in said
    assert f"✓ holds        kept: {FIRST} is kept, and this is that file; its chain holds\n" in said

    await correct(world_of_may)
    run("revise", FIRST, "--reason", "The probe's network", "--by", "alice")
    run("show", SECOND, "-o", "two.pdf")

    status, said = run("one.pdf", "--database", command="verify")
    assert (3, True) == (status, f"its chain holds; {SECOND} came after it\n" in said), said
    assert "- differs      database: today gives other values: " in said
    assert " differ, for instance figures.availability." in said
    assert "; corrections or late results since it was made change figures: vigie report" in said
    assert "✓ holds        results: the same ones are stored" in said
    assert said.endswith("one.pdf: the file is genuine; the database gives other values today.\n")
    status, said = run("one.pdf", "--database", "--json", command="verify")
    told = json.loads(said)
    assert (3, None) == (status, told["holds"])
    assert ["database"] == [one["name"] for one in told["checks"] if one["is_later"]]
    status, said = run("two.pdf", "--database", command="verify")
    assert (0, True) == (status, f"kept: {SECOND} is kept, and this is that file" in said), said


def test_what_is_not_the_kept_file_fails_or_is_told(run: Run, tmp_path: Path) -> None:
    run("draft", "acme", "--month", "2026-05", "--by", "alice")
    run("revise", FIRST, "--reason", "One more look", "--by", "alice")
    run("show", SECOND, "-o", "two.pdf")
    two = tmp_path / "two.pdf"

    forged = remade(two, another(reason="The customer agreed in writing to 99.5 %"))
    status, said = run(str(forged), "--database", command="verify")
    assert (1, True) == (status, "1 of 10 checks fail" in said), said
    assert f"✗ fails        kept: {SECOND} is kept, and this is not that file: the SHA" in said

    forged = remade(two, another(before_digest="ab" * 32))
    status, said = run(str(forged), "--database", command="verify")
    assert (1, True) == (status, f" before {SECOND}\n" in said), said

    forged = remade(two, another(key="acme/2026-05/r3", number=3))
    status, said = run(str(forged), "--database", command="verify")
    assert (1, True) == (status, "✗ fails        kept: no report acme/2026-05/r3 is kept" in said)
    assert (1, False) == (run(str(forged), command="verify")[0], "revision: acme" in said)

    private = remade(two, lambda made: replace(made, revision=None))
    status, said = run(str(private), "--database", command="verify")
    assert (0, True) == (status, f"kept: a private report, and no revision; {SECOND} is" in said)


async def test_a_file_whose_chain_was_changed_fails(run: Run, world_of_may: World) -> None:
    run("draft", "acme", "--month", "2026-05", "--by", "alice")
    run("revise", FIRST, "--reason", "One more look", "--by", "alice")
    run("show", SECOND, "-o", "two.pdf")
    await world_of_may.connection.execute(
        "set session_replication_role = replica;"
        " update fact.report set made_by = 'mallory' where revision = 1"
    )

    status, said = run("two.pdf", "--database", command="verify")

    assert (1, True) == (status, f"place 1: {FIRST} was changed: its text has another" in said)
