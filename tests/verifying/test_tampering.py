"""One changed digit is caught, wherever it is; a genuine report passes."""

import asyncio
import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.reporting import samples
from tests.verifying.reports import (
    NOW,
    changed,
    checked,
    digits,
    edited,
    failing,
    forged,
    genuine,
    month,
    relisted,
    with_files,
)

from vigie import paths
from vigie.reporting import Figures, make_pdf
from vigie.verifying import numbers
from vigie.verifying.lists import origins, rows
from vigie.verifying.pages import difference
from vigie.verifying.texts import texts, texts_of

SEED = random.Random(20260603)
FILES = (
    *("report.json", "report.schema.json", "outages.csv", "maintenance.csv", "days.csv"),
    "results.sha256",
)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_genuine_report_holds(tmp_path: Path, language: str) -> None:
    found = checked(genuine(language), tmp_path)

    assert {} == {name: check for name, check in found.items() if check.holds is False}
    assert ["arithmetic", "data", "files", "lists", "pages", "seal"] == sorted(found)
    assert "byte for byte those of the data" == found["pages"].says
    assert "31 days add up" in found["lists"].says


def shown_digits(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int]]:
    """Yield page and number of each instruction that shows text."""
    for number, page in enumerate(pdf.pages):
        for place, one in enumerate(pikepdf.parse_content_stream(page)):
            if str(one.operator) in {"TJ", "Tj"}:
                yield number, place


def with_a_changed_glyph(content: bytes, page: int, place: int) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        instructions: list[Any] = list(pikepdf.parse_content_stream(pdf.pages[page]))
        operands = instructions[place].operands
        text: Any = operands[0][0] if str(instructions[place].operator) == "TJ" else operands[0]
        raw = bytearray(bytes(text))
        raw[-1] ^= 1  # the neighbouring glyph of the font
        swapped: Any = pikepdf.String(bytes(raw))
        if str(instructions[place].operator) == "TJ":
            operands[0][0] = swapped
        instructions[place] = pikepdf.ContentStreamInstruction(
            operands if operands[0] is not text else [swapped], instructions[place].operator
        )
        pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(instructions))

    return edited(content, change)


def test_another_glyph_in_any_shown_text_is_caught_and_its_page_named(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        places = SEED.sample(list(shown_digits(pdf)), 25)

    for page, place in places:
        forgery = with_a_changed_glyph(genuine(), page, place)
        says = failing(forgery, tmp_path)["pages"]
        if texts(forgery) != texts(genuine()):  # a glyph without a letter changes no word
            assert f"page {page + 1} shows" in says


@pytest.mark.parametrize("name", FILES)
def test_a_changed_digit_in_an_attachment_is_caught(tmp_path: Path, name: str) -> None:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        content = pdf.attachments[name].get_file().read_bytes()

    for place in SEED.sample(digits(content), 2 if name == "report.json" else 6):
        forgery = with_files(genuine(), {name: changed(content, place)})
        try:
            found = failing(forgery, tmp_path)
        except Exception as error:  # noqa: BLE001 - report.json may not even be one any more
            assert "report.json" in str(error)  # noqa: PT017 - one line that names the file
        else:
            assert f"{name} is not the file that the manifest lists" in found["files"]


def test_a_changed_digit_in_the_metadata_is_caught(tmp_path: Path) -> None:
    def retitle(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Keywords"] = str(pdf.docinfo["/Keywords"]).replace("2026-05", "2026-06")

    def redate(pdf: pikepdf.Pdf) -> None:
        held: Any = pdf.Root.Metadata
        held.write(held.read_bytes().replace(b"2026-06-03", b"2026-06-04"))

    def repicture(pdf: pikepdf.Pdf) -> None:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and "540" in str(one.get("/Alt", "")):
                one.Alt = pikepdf.String("Error budget: 541")

    assert "/Keywords" in failing(edited(genuine(), retitle), tmp_path)["pages"]
    assert "XMP" in failing(edited(genuine(), redate), tmp_path)["pages"]
    assert "pages" in failing(edited(genuine(), repicture), tmp_path)


def test_a_changed_digit_at_any_place_of_the_file_is_caught(tmp_path: Path) -> None:
    content = genuine()

    for place in SEED.sample(digits(content), 60):
        forgery = changed(content, place)
        try:
            assert failing(forgery, tmp_path), place
        except Exception as error:  # noqa: BLE001 - it may be no PDF any more
            assert "\n" not in str(error)  # noqa: PT017
            assert "report.pdf" in str(error), place  # noqa: PT017


def test_what_is_added_behind_the_end_is_caught(tmp_path: Path) -> None:
    assert "11 bytes were added" in failing(genuine() + b"1 0 obj\n<<>", tmp_path)["pages"]


def test_a_false_description_is_caught_whatever_drew_the_pages(tmp_path: Path) -> None:
    """Readers show it beside the name of the file."""

    def redescribe(pdf: pikepdf.Pdf) -> None:
        held: Any = pdf.attachments["days.csv"].obj
        held.Desc = pikepdf.String("Availability 100.0000 %")

    found = failing(relisted(edited(genuine(), redescribe), templates="0" * 64), tmp_path)

    assert {"data": "days.csv is described as Availability 100.0000 %, which it is not"} == found


def test_what_the_manifest_says_besides_digests_is_compared_too(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        told = pdf.attachments["manifest.json"].get_file().read_bytes()
    resized = re.sub(rb'"bytes": [0-9]+', b'"bytes": 1', told)
    noted = told.replace(b'  "made_with"', b'  "note": "100 %",\n  "made_with"')

    for forgery in (resized, noted):
        says = failing(with_files(genuine(), {"manifest.json": forgery}), tmp_path)["files"]
        assert "manifest.json has other sizes, or more, than its files" in says


def longer(figures: Figures) -> Figures:
    """Return figures in which one outage lasted a minute longer, and nothing else."""
    first, *rest = figures.outages
    return replace(figures, outages=(replace(first, elapsed_s=first.elapsed_s + 60), *rest))


def rosier(figures: Figures) -> Figures:
    return replace(figures, availability=replace(figures.availability, percent="99.9898"))


def moved(figures: Figures) -> Figures:
    first, *rest = figures.days
    seconds = replace(first.seconds, up=first.seconds.up - 60, unplanned=Decimal(60))
    return replace(figures, days=(replace(first, seconds=seconds), *rest))


@pytest.mark.parametrize(
    ("change", "check", "says"),
    [
        (
            rosier,
            "arithmetic",
            "figures.availability.percent: says 99.9898, its parts give 99.9798",
        ),
        (longer, "lists", "figures.outages[0].elapsed_s: says 180, start and end give 120"),
        (moved, "lists", "figures.days: unplanned of all days is 600 s, of the period 540 s"),
    ],
)
def test_data_that_were_changed_with_all_digests_contradict_themselves_and_the_pages(
    tmp_path: Path, change: Callable[[Figures], Figures], check: str, says: str
) -> None:
    found = failing(forged(change(month())), tmp_path)

    assert {check, "pages"} == set(found)
    assert says in found[check]


CHANGES: dict[str, object] = {
    "percent": "99.9797",
    "low": "99.9774",
    "high": "99.9821",
    "coverage": "99.9999",
    "budget_s": Decimal("535.45"),
    "used_s": Decimal(541),
    "left_s": Decimal(1),
    "over_s": Decimal("4.57"),
    "used_share": "100.85",
    "verdict": "met",
    "confidence": "clear",
    "target": "99.97",
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_figure_of_a_scope_is_computed_again(name: str) -> None:
    figures = month()
    whole = replace(figures.availability, **{name: CHANGES[name]})  # type: ignore[arg-type]

    found = list(numbers.recomputed(replace(figures, availability=whole)))

    assert [f"figures.availability.{name}:"] == [one.split(" ")[0] for one in found]


def test_what_is_true_raises_no_doubt() -> None:
    figures = month()

    doubts = [*numbers.recomputed(figures), *rows(figures), *numbers.totals(figures)]
    assert [] == [*doubts, *origins(figures)]


def test_made_with_other_templates_the_pages_are_not_checked_and_that_is_said(
    tmp_path: Path,
) -> None:
    found = checked(relisted(genuine(), templates="0" * 64), tmp_path)["pages"]

    assert found.holds is None
    assert "drawn with templates 000000000000, which are not here; every number" in found.says
    assert "but neither words nor places were compared" in found.says


def test_another_verdict_is_caught_with_other_templates_too(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "templates" / "monthly"
    own.mkdir(parents=True)
    shipped = (paths.REPORTS / "templates" / "monthly" / "verdict.html").read_text("utf-8")
    rosy = re.sub(r'(<div class="mark">).*?(</div>)', r"\1✓ Met\2", shipped)
    (own / "verdict.html").write_text(
        rosy.replace("<header>", "<header>\n<p>Accettato</p>"), "utf-8"
    )

    found = failing(make_pdf(month(), directory=tmp_path, now=NOW, language="en"), tmp_path)

    assert rosy != shipped
    assert {"pages"} == set(found)
    assert "page 1 shows Met, which the data do not give; drawn with templates" in found["pages"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [("Not applicable", ""), ("Met", "no page shows Not measurable, which the data give")],
)
def test_other_templates_may_call_what_was_not_measured_as_the_data_do(
    said: str, problem: str, tmp_path: Path
) -> None:
    words = tmp_path / "reports" / "templates" / "parts" / "words.html"
    words.parent.mkdir(parents=True)
    shipped = (paths.REPORTS / "templates" / "parts" / "words.html").read_text("utf-8")
    own = shipped.replace('_("Not measurable")', f'"{said}"').replace("not measurable. No", "")
    words.write_text(own, "utf-8")
    unmeasured = replace(samples.empty(), longest=samples.busy().longest)

    content = make_pdf(unmeasured, directory=tmp_path, now=NOW, language="en")

    assert problem in checked(content, tmp_path)["pages"].says
    assert ("no page shows" in checked(content, tmp_path)["pages"].says) is bool(problem)


def test_a_number_that_the_data_do_not_have_is_caught_with_other_templates_too(
    tmp_path: Path,
) -> None:
    figures = month()
    other = replace(figures, outages=figures.outages[:2])
    forgery = relisted(forged(other), templates="0" * 64)

    found = failing(forgery, tmp_path)

    assert "which is no number of the data" in found["pages"]


def test_a_difference_is_named() -> None:
    other = genuine()[:5] + b"2" + genuine()[6:]

    assert "byte 5 " in asyncio.run(difference(genuine(), other))


def test_what_was_changed_is_named_before_what_saving_changed(tmp_path: Path) -> None:
    def space(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].Contents
        contents.write(contents.read_bytes() + b" ")
        rewrite(pdf)

    def swap(pdf: pikepdf.Pdf) -> None:
        held: Any = pdf.attachments["days.csv"].obj.EF.F
        held.write(held.read_bytes() + b"\r\n")
        rewrite(pdf)

    def rewrite(pdf: pikepdf.Pdf) -> None:
        metadata: Any = pdf.Root.Metadata
        metadata.write(metadata.read_bytes() + b" ")

    drawn, filed = (failing(edited(genuine(), one), tmp_path)["pages"] for one in (space, swap))

    assert "page 1 is drawn otherwise than the data give" == drawn
    assert "files in it are not what the data give: days.csv" == filed


def nested(pdf: pikepdf.Pdf) -> None:
    """Let page 1 show 20^9 times the same form."""
    inner = form(pdf, b"BT ET 0 0 1 1 re f")
    for _ in range(9):
        outer = form(pdf, b"/X Do " * 20)
        outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        inner = outer
    page = pdf.pages[0]
    page.Resources.XObject = pikepdf.Dictionary(Z=inner)
    page.Contents.write(b"/Z Do\n" + page.Contents.read_bytes())


def form(pdf: pikepdf.Pdf, content: bytes) -> Any:
    return pdf.make_stream(
        content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 600, 800]
    )


@pytest.mark.parametrize("made_with", [{}, {"templates": "0" * 64}])
def test_a_page_without_end_is_told_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_with: dict[str, str]
) -> None:
    for module in ("pages", "elsewhere"):
        monkeypatch.setattr(f"vigie.verifying.{module}.texts_of", texts_of)
    monkeypatch.setattr("vigie.verifying.texts.TIMEOUT_S", 0.5)

    found = failing(relisted(edited(genuine(), nested), **made_with), tmp_path)

    assert "their words cannot be read within 0.5 s and 512 MiB of memory" in found["pages"]
