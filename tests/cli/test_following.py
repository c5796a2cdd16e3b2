"""What becomes of changed files, look by look."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.cli.processes import until

from vigie.catalogue import Catalogue
from vigie.cli.following import Following
from vigie.errors import DatabaseDownError, UsageError

HEAD = "services:\n  - key: shop\n    name: Shop\n    endpoints:\n"
LINE = "      - {{key: {}, http: 'https://shop.example/{}'}}\n"
NO_KEY = "services:\n  - name: Shop\n"


def text(*keys: str) -> str:
    return HEAD + "".join(LINE.format(key, key) for key in keys)


@dataclass
class Place:
    """A folder, who follows it, and what was put in force."""

    probes: Path
    following: Following
    applied: list[list[str]] = field(default_factory=list)
    trouble: Exception | None = None

    async def apply(self, found: Catalogue) -> None:
        if self.trouble:
            raise self.trouble
        self.applied.append([it.key for service in found.services for it in service.endpoints])

    def write(self, text: str, name: str = "shop.yaml") -> None:
        (self.probes / name).write_text(text, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    probes = tmp_path / "probes"
    probes.mkdir()
    (probes / "shop.yaml").write_text(text("one"), encoding="utf-8")
    return Place(probes=probes, following=Following(tmp_path))


@asynccontextmanager
async def followed(place: Place, every_s: float = 0.05) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(place.following.run(place.apply, stop, every_s=every_s))
    yield
    stop.set()
    await task


async def test_changed_added_and_removed_files_are_taken(place: Place) -> None:
    async with followed(place):
        place.write(text("one", "two"))
        await until(lambda: place.applied == [["one", "two"]])
        place.write(text("three").replace("shop", "other", 1), "other.yaml")
        await until(lambda: len(place.applied) == 2)
        (place.probes / "shop.yaml").unlink()
        await until(lambda: len(place.applied) == 3)

    assert place.applied[1:] == [["three", "one", "two"], ["three"]]


async def test_a_file_that_is_being_written_is_waited_for(place: Place) -> None:
    """Each piece is a whole catalogue, so only the quiet at the end tells that it is the last."""
    async with followed(place, every_s=0.2):
        for number in range(2, 12):
            place.write(text("one", *[f"e{n}" for n in range(2, number + 1)]))
            await asyncio.sleep(0.05)
        await until(lambda: place.applied != [])

    assert place.applied == [["one", *[f"e{n}" for n in range(2, 12)]]]


async def test_another_file_of_the_same_age_and_length_is_noticed(place: Place) -> None:
    """As a roll-back that keeps times would bring it."""
    old = place.probes / "shop.yaml"
    said = old.stat()
    new = place.probes / "new"
    new.write_text(text("two"), encoding="utf-8")
    os.utime(new, ns=(said.st_atime_ns, said.st_mtime_ns))
    async with followed(place):
        new.rename(old)
        await until(lambda: place.applied == [["two"]])

    assert said.st_size == old.stat().st_size
    assert said.st_mtime_ns == old.stat().st_mtime_ns


async def test_a_mistake_is_told_once_and_leaves_what_was(place: Place) -> None:
    with capture_logs() as logs:
        async with followed(place):
            place.write(NO_KEY)
            await until(lambda: place.following.problems != ())
            looks = place.following.problems
            await asyncio.sleep(0.3)  # several looks at the same mistake
            place.write(text("two"))
            await until(lambda: place.applied != [])

    shop = place.probes / "shop.yaml"
    assert [one.partition(": ")[0] for one in looks] == [f"{shop}:2:5", f"{shop}:2:5"]
    assert [one["problem"] for one in logs if one["log_level"] == "error"] == list(looks)
    assert (place.applied, place.following.problems) == ([["two"]], ())


async def test_nothing_changed_is_nothing_done_until_it_is_asked_for(place: Place) -> None:
    async with followed(place):
        await asyncio.sleep(0.2)
        assert place.applied == []
        place.following.ask()
        await until(lambda: place.applied == [["one"]])


async def test_a_database_that_is_gone_is_waited_for(place: Place) -> None:
    place.trouble = DatabaseDownError("db.example:5432: no PostgreSQL answers")
    with capture_logs() as logs:
        async with followed(place):
            place.write(text("two"))
            await until(lambda: place.following.problems != ())
            await asyncio.sleep(0.2)
            told, place.trouble = place.following.problems, None
            await until(lambda: place.applied != [])

    assert told == ("read again, but not in force yet: db.example:5432: no PostgreSQL answers",)
    assert len([one for one in logs if one["log_level"] == "warning"]) == 1
    assert (place.applied, place.following.problems) == ([["two"]], ())


async def test_what_the_database_refuses_leaves_what_was(place: Place) -> None:
    place.trouble = UsageError("contract acme: belongs to customer globex")
    async with followed(place):
        place.write(text("two"))
        await until(lambda: place.following.problems != ())

    assert place.following.problems == ("contract acme: belongs to customer globex",)
    assert [it.key for it in place.following.catalogue.services[0].endpoints] == ["one"]


async def test_a_folder_that_lost_its_files_ends_no_endpoint(place: Place) -> None:
    """A mount that is gone looks just so."""
    async with followed(place):
        (place.probes / "shop.yaml").unlink()
        await until(lambda: place.following.problems != ())
        place.probes.rename(place.probes.with_name("away"))
        await until(lambda: "no such folder" in place.following.problems[0])

    assert place.applied == []


async def test_a_location_that_vanished_is_refused(tmp_path: Path) -> None:
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes" / "shop.yaml").write_text("locations: [paris]\n" + text("one"))
    place = Place(probes=tmp_path / "probes", following=Following(tmp_path))
    async with followed(place):
        place.write("locations: [london]\n" + text("one"))
        await until(lambda: place.following.problems != ())
        assert 'no file names location "paris" any more' in place.following.problems[0]
        place.write("locations: [london, paris]\n" + text("one"))
        await until(lambda: place.applied != [])

    assert place.following.location == "paris"
