"""The annex of a dispute: its sentences, its pages, and what a customer's words cannot do to it."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from tests.reporting import samples

from vigie.reporting import (
    Compared,
    Comparison,
    Dispute,
    Effect,
    Line,
    comparison_csv,
    comparison_json,
    comparison_pdf,
    comparison_sentence,
)
from vigie.reporting.documents.disputeannex import comparison_html

NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
PDF: Any = pypdfium2.PdfDocument  # it has no types
HOSTILE = "=<script>alert(1)</script> {{7*7}}"


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]


def compared(service: str | None, *, theirs_down: int = 0, ours_down: int = 0) -> Compared:
    agree = 31 * 86400 - theirs_down - ours_down
    return Compared(
        service=service,
        told_s=samples.MONTH,
        compared_s=samples.MONTH,
        agree_s=Decimal(agree),
        agree_percent="99.9731" if theirs_down else "100",
        ours_down_s=Decimal(ours_down),
        theirs_down_s=Decimal(theirs_down),
        ours_unknown_s=Decimal(0),
        theirs_unknown_s=Decimal(0),
        uncounted_s=Decimal(60),
        spans=2 if theirs_down else 0,
    )


def effect(taken: str, percent: str, more: int, verdict: str) -> Effect:
    return Effect(
        taken=taken,
        percent=percent,
        unplanned_s=Decimal(540 + more),
        unplanned_more_s=Decimal(more),
        committed_s=samples.MONTH,
        target="99.98",
        verdict=verdict,
    )


def line(number: int, *, agrees: bool | None = False, reasons: str | None = "timeout") -> Line:
    starts = samples.at(12, "3:0:0") + timedelta(minutes=2 * number)
    return Line(
        service="api",
        starts=starts,
        ends=starts + timedelta(minutes=1),
        seconds=Decimal(60),
        ours="up",
        theirs="up" if agrees else "down",
        agrees=agrees,
        first_line=number + 2,
        last_line=number + 2,
        reasons=reasons,
    )


def disputed(*lines: Line, note: str | None = "ticket 7") -> Comparison:
    """Return a month of which the customer saw 12 minutes more, and 1 minute less."""
    return Comparison(
        dispute=Dispute(
            key="d-20260602-1",
            services=("api",),
            results=44640,
            results_down=20,
            first_at=samples.START,
            last_at=samples.END - timedelta(minutes=1),
            every_s=Decimal(60),
            file="theirs.csv",
            sha256="5e" * 32,
            note=note,
            recorded_by="carol",
            recorded_at=NOW,
        ),
        figures=samples.busy(),
        services=(compared("api", theirs_down=720, ours_down=60),),
        total=compared(None, theirs_down=720, ours_down=60),
        effects=(
            effect("nothing", "99.9798", 0, "not_provable"),
            effect("down", "99.9529", 720, "missed"),
            effect("up", "99.9820", -60, "met"),
            effect("down and up", "99.9551", 660, "missed"),
            effect("everything", "99.9551", 660, "missed"),
        ),
        lines=lines or (line(0, agrees=True, reasons=None), line(1), line(2)),
    )


def said(found: Comparison, language: str = "en") -> str:
    text = comparison_sentence(found, directory=NOWHERE, language=language)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def pages(content: bytes) -> list[str]:
    document: Any = PDF(content)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return [" ".join(text.split()) for text in texts]


def test_a_manager_reads_agreement_difference_and_consequence() -> None:
    assert (
        "May 2026: both agree for 743 h 47 min 0 s of the 744 h 0 min 0 s that both measured"
        " (99.9731 %, cut). For 12 min 0 s the customer saw a failure and we saw none; for"
        " 1 min 0 s it was the other way round. If the customer is right wherever both differ, the"
        " availability is 99.9551 % instead of 99.9798 %, and the verdict is missed instead of not"
        " provable."
    ) == said(disputed())
    assert "99,9551 % au lieu de 99,9798 %, et le verdict est « manqué »" in said(disputed(), "fr")


def test_the_sentence_fits_what_there_is() -> None:
    found = disputed()
    same = replace(found.reported, taken="down and up")
    agreed = replace(found, total=compared(None), effects=(found.reported, same))
    nothing = replace(compared(None), agree_percent=None)
    stays = replace(found.claimed, verdict="not_provable")
    running = [replace(one, verdict="running") for one in (found.reported, found.claimed)]

    assert (
        "May 2026: both agree on all of the 744 h 0 min 0 s that both measured."
        " Taken as a whole, their log leaves the availability as it is."
    ) == said(agreed)
    assert "there is nothing to compare" in said(replace(agreed, total=nothing))
    assert "and the verdict stays: not provable." in said(
        replace(found, effects=(found.reported, stays))
    )
    assert said(replace(found, effects=tuple(running))).endswith("instead of 99.9798 %.")


def test_annex_is_a_pdf_that_holds_its_data_and_the_same_bytes_again() -> None:
    found = disputed()
    first, again = (comparison_pdf(found, directory=NOWHERE, now=NOW) for _ in range(2))
    text = " ".join(pages(first))
    with pikepdf.open(io.BytesIO(first)) as pdf:
        held = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
        names = sorted(pdf.attachments)
        language = str(pdf.Root.Lang)

    assert first == again
    assert comparison_json(found).items() <= held.items()
    assert ["lines.csv", "manifest.json", "report.json"] == names
    assert "fr" == language  # the customer's
    assert "Annexe : la mesure du client en regard de la nôtre Acme" in text
    assert "leurs échecs, là où nous disons disponible 99,9529 % 21 min 0 s +12 min 0 s" in text
    assert (
        "leurs succès, là où nous disons en panne 99,9820 % 8 min 0 s \N{MINUS SIGN}1 min 0 s"
        in text
    )
    assert "12 mai 2026, 03:02:00 2026-05-12T01:02:00Z" in text
    assert "en panne: timeout ligne 3" in text.replace("en panne :", "en panne:")


def test_words_of_a_customer_are_shown_and_not_run() -> None:
    found = disputed(line(1, reasons=HOSTILE), note=HOSTILE)
    found = replace(found, dispute=replace(found.dispute, file=HOSTILE))
    html = comparison_html(found, directory=NOWHERE, now=NOW, language="en")

    assert "<script>" not in html
    assert 3 == html.count("=&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}")
    assert f",'{HOSTILE},,\r\n" in comparison_csv(found).decode()


def test_counts_are_grouped_as_the_language_does() -> None:
    for language, expected in (("en", "44,640 results"), ("de", "44.640 Ergebnisse")):
        html = comparison_html(disputed(), directory=NOWHERE, now=NOW, language=language)

        assert f": {expected} " in html


def test_many_differences_fill_pages_with_heads_and_none_says_so() -> None:
    many = pages(
        comparison_pdf(
            disputed(*(line(number) for number in range(120))),
            directory=NOWHERE,
            now=NOW,
            language="en",
        )
    )
    none = comparison_html(
        replace(disputed(line(0, agrees=True)), total=compared(None)),
        directory=NOWHERE,
        now=NOW,
        language="en",
    )

    assert 4 < len(many)
    assert all("We say They say, where" in page for page in many[1:4])
    assert "Nowhere: where both measured, they say the same." in none


def test_what_a_correction_took_out_is_named_with_what_our_probes_saw() -> None:
    took = replace(line(1), measured="down", corrections="c-20260512-1")
    left_out = replace(
        line(2, agrees=None),
        ours="excluded",
        theirs="down",
        measured="down",
        corrections="c-2, c-3",
    )
    both_up = replace(line(3, agrees=None), ours="excluded", measured="up", theirs="unknown")
    found = disputed(line(0), took, left_out, both_up)
    found = replace(found, total=replace(found.total, measured_down_s=Decimal(60)))

    page = comparison_html(found, directory=NOWHERE, now=NOW, language="en")
    rows = page.split("Where both differ")[1].split("How this was compared")[0]

    told = '{} by correction {}<span class="second">our probes: {}</span></td>'
    assert told.format("up", "c-20260512-1", "down") in rows
    assert told.format("excluded", "c-2, c-3", "down") in rows
    assert 3 == rows.count("<strong>")
    assert "both are named; what it left out, or calls unknown, is listed too" in rows
    assert "For 1 min 0 s of the 12 min 0 s our own probes saw the failure, too, and" in said(found)
    assert "by correction" not in comparison_html(disputed(), directory=NOWHERE, now=NOW)
    assert "our own probes" not in said(disputed())
