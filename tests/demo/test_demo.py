"""The whole demonstration, as a person sees it. It takes more than a minute."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from vigie.demo.shop import PORTS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(folder: Path) -> Path:
    """A directory in which the demonstration ran, with one of the shop's ports taken."""
    made = folder / "demo"
    made.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_")}
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", PORTS["orders"]))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-c", "from vigie.cli import main; main()", "demo"],
            cwd=made,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    (made / "said.txt").write_text(done.stdout, encoding="utf-8")
    return made


def pages(file: Path) -> list[str]:
    document = pypdfium2.PdfDocument(file)  # type: ignore[no-untyped-call] # it has no types
    return [page.get_textpage().get_text_range() for page in document]


def figures(file: Path) -> dict[str, object]:
    with pikepdf.open(file) as document:
        attached = document.attachments["report.json"].get_file().read_bytes()
    return dict(json.loads(attached))


def month(place: Path) -> Path:
    (found,) = place.glob("out/demo-2*.pdf")
    return found


def test_the_run_had_an_outage_outside_and_one_inside_maintenance(place: Path) -> None:
    told = figures(place / "out" / "demo-run.pdf")

    assert told["verdict"] == "missed"
    outages, windows, seconds = told["outages"], told["maintenance"], told["seconds"]
    assert isinstance(outages, list)
    assert isinstance(windows, list)
    assert isinstance(seconds, dict)
    assert [outage["services"] for outage in outages] == [["orders"]]
    assert [(window["services"], window["valid"]) for window in windows] == [(["api"], True)]
    # Ten seconds each, give or take the slots at both edges.
    assert 8 <= seconds["unplanned"] <= 12
    assert 8 <= seconds["planned"] <= 12
    assert 50 <= seconds["period"] <= 60


def test_the_month_is_marked_on_every_page_and_in_its_metadata(place: Path) -> None:
    with pikepdf.open(month(place)) as document:
        metadata = str(document.docinfo["/Keywords"]) + str(document.docinfo["/Title"])

    assert all("demonstration data" in page for page in pages(month(place)))
    assert metadata.count("demonstration data") == 2


def test_the_run_of_a_made_up_shop_is_marked_too(place: Path) -> None:
    assert all("demonstration data" in page for page in pages(place / "out" / "demo-run.pdf"))


def test_it_ends_with_the_reports_and_three_commands(place: Path) -> None:
    *_, run, whole, title, figures_, questions, addresses = (
        (place / "said.txt").read_text(encoding="utf-8").splitlines()
    )

    assert run.startswith("  out/demo-run.pdf: ")
    assert whole.startswith(f"  out/{month(place).name}: ")
    assert title == "Three things to try next:"
    assert "vigie sla demo --month " in figures_
    assert "vigie db psql --dir " in questions
    assert "vigie watch https://" in addresses
