"""The report of a crisis: its pages, its Markdown, and what people's words cannot do to either."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.reporting import crises

from vigie.errors import ReportError
from vigie.reporting import (
    IncidentReport,
    Section,
    incident_html,
    incident_markdown,
    make_incident_report,
)

NOW = datetime(2026, 5, 13, 9, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
PDF: Any = pypdfium2.PdfDocument  # it has no types
HEADINGS = [
    "1. Summary",
    "2. Analysis and root cause",
    "3. Corrective actions",
    "4. Possible preventive actions",
    "Actions decided",
    "Timeline",
    "Crisis cell",
    "Where the budgets of the contracts stand",
    "Messages to customers",
]


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]


@cache  # a page takes a second
def pdf(case: str) -> bytes:
    return make_incident_report(crises.CASES[case](), directory=NOWHERE, now=NOW)


def pages(case: str) -> list[str]:
    document: Any = PDF(pdf(case))
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return [" ".join(text.split()) for text in texts]


def markdown(report: IncidentReport) -> str:
    return incident_markdown(report, directory=NOWHERE, now=NOW)


def parsed(report: IncidentReport) -> list[Token]:
    return MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown(report))


def shape(report: IncidentReport) -> list[str]:
    """Return the blocks that the Markdown is made of."""
    return [token.type for token in parsed(report)]


def headings(report: IncidentReport) -> list[str]:
    tokens = parsed(report)
    heads = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    return [tokens[i + 1].content for i in heads]


def shown(report: IncidentReport) -> list[str]:
    """Return what a reader of the Markdown sees, block by block."""
    blocks = [token.children or [] for token in parsed(report) if token.type == "inline"]
    return [
        "".join("\n" if one.type == "hardbreak" else one.content for one in block)
        for block in blocks
    ]


@pytest.mark.parametrize("case", ["begun", "hostile", "long"])
def test_every_case_becomes_a_pdf_without_a_warning(case: str) -> None:
    assert 1 < len(pages(case))


def test_the_first_page_holds_the_four_sections() -> None:
    first, *others = pages("approved")

    assert "Public API and Orders unavailable 12 May 2026 03:00:00 \N{EN DASH} 03:42:00" in first
    assert "In UTC 2026-05-12T01:00:00Z \N{EN DASH} 2026-05-12T01:42:00Z" in first
    assert "42 min 0 s" in first
    assert "Approved Carol Weber, 12 May 2026, 18:00:00" in first
    places = [first.index(heading.replace(". ", " ")) for heading in HEADINGS[:4]]
    assert places == sorted(places)
    assert "Root cause: the alarm on its wear was switched off in March" in first
    assert "Bob Durand, 12 May 2026 13:00:00" in first
    assert f"Page 1 of {1 + len(others)}" in first
    assert all("Incident report · crisis-3" in other for other in others)


def test_the_other_pages_hold_what_they_rest_on() -> None:
    _, second, third = pages("approved")

    assert "Alarm on disk wear Dan Rossi 29 May 2026 ● 12 May 2026" in second
    assert "Automatic switch-over Eve García 30 Jun 2026 ○ open" in second
    assert "12 May 2026, 03:12:00 2026-05-12T01:12:00Z alice acknowledged" in second
    assert "Incident manager Bob Durand" in second
    assert "Acme SA acme 2026-05 42 min 0 s 8 min 55.68 s 0 s ■ 33 min 4.32 s" in second
    assert "Beta GmbH resolution notice not sent queued" in third


def test_a_section_that_nobody_wrote_says_so() -> None:
    first, *_ = pages("begun")

    assert 4 == first.count("Not written yet.")
    assert "Draft not approved; 4 of 4 sections not written yet" in first
    assert "12 May 2026 03:00:00 \N{EN DASH} not over" in first


def test_what_is_pre_filled_is_not_written() -> None:
    suggested = replace(crises.approved(), approval=None, summary=Section(text="It was down."))

    html = incident_html(suggested, directory=NOWHERE, now=NOW)

    assert "1 of 4 sections not written yet" in html
    assert '<p>It was down.</p>\n<p class="signed">Pre-filled from what was recorded.' in html
    assert "It was down.\n\n_Pre-filled from what was recorded. Not written yet._\n" in markdown(
        suggested
    )


def test_a_report_in_utc_has_each_instant_once() -> None:
    report = replace(crises.approved(), timezone="UTC")

    html, text = incident_html(report, directory=NOWHERE, now=NOW), markdown(report)

    assert "Times are UTC.</p>" in html
    assert 'class="second"' not in html
    assert "- **Start:** 12 May 2026 01:00:00 UTC\n" in text
    assert "\n| At (UTC) | Who | What |\n| --- | --- | --- |\n" in text
    assert "\n| 12 May 2026 01:12:00 | alice | acknowledged |\n" in text


def test_blank_lines_are_no_section() -> None:
    written = replace(crises.approved(), approval=None, summary=Section(text=" \n\t"))

    html = incident_html(written, directory=NOWHERE, now=NOW)

    assert 1 == html.count("Not written yet.")
    assert "1 of 4 sections not written yet" in html
    assert 1 == markdown(written).count("_Not written yet._")


def test_a_long_report_repeats_its_table_heads_and_names_every_customer() -> None:
    found = pages("long")

    assert 5 < sum("At Who What" in page for page in found)
    assert "event 199" in " ".join(found)
    assert "Customer number 299" not in found[0]
    assert "Customer number 298, Customer number 299" in found[-1]


def test_what_people_wrote_is_text_on_the_page() -> None:
    html = incident_html(crises.hostile(), directory=NOWHERE, now=NOW)

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800]", html)
    assert "<script>alert(1)</script>" in " ".join(pages("hostile"))


def test_the_pdf_says_what_it_is_and_carries_the_record() -> None:
    with pikepdf.open(io.BytesIO(pdf("approved"))) as document:
        title, marked = str(document.docinfo["/Title"]), bool(document.Root.MarkInfo.Marked)
        with document.open_metadata() as metadata:
            claimed = (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance"))
        held = json.loads(document.attachments["report.json"].get_file().read_bytes())

    assert "Incident report, crisis-3, Public API and Orders unavailable" == title
    assert marked
    assert ("3", "A") == claimed
    assert "2026-05-12T01:42:00Z" == held["ended"]
    assert {"role": "incident_manager", "name": "Bob Durand"} == held["members"][1]
    assert "2026-06-30" == held["actions"][1]["due"]


def test_only_shipped_fonts_are_used() -> None:
    with pikepdf.open(io.BytesIO(pdf("approved"))) as document:
        names = {
            str(font.FontName).split("+")[-1]
            for font in document.objects
            if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/FontDescriptor"
        }

    assert names
    assert all(name.startswith("Report") for name in names), names


def test_equal_records_give_equal_bytes() -> None:
    again = make_incident_report(crises.begun(), directory=NOWHERE, now=NOW)

    assert pdf("begun") == again


@pytest.mark.parametrize("case", ["approved", "begun", "long"])
def test_the_markdown_has_every_heading(case: str) -> None:
    report = crises.CASES[case]()

    assert [f"Incident report: {report.title}", *HEADINGS] == headings(report)


def test_the_markdown_is_what_was_recorded() -> None:
    text = markdown(crises.approved())

    assert text.startswith("# Incident report: Public API and Orders unavailable\n\n- **Crisis:**")
    assert "- **Customers affected:** 2: Acme SA, Beta GmbH\n- **Approved:** Carol Weber," in text
    assert (
        "\n| 12 May 2026 03:30:00 | 2026-05-12T01:30:00Z | dan |"
        " Switched over to the standby. Watching it. |\n"
    ) in text
    assert "\n\\- switched over to the standby\\\n\\- replaced the disk\n" in text
    row = "| Acme SA | acme | 2026-05 | 42 min 0 s | 8 min 55.68 s | 0 s | 33 min 4.32 s |"
    assert f"\n{row}\n" in text
    assert "\n\n\n" not in text


def test_what_people_wrote_cannot_become_markdown() -> None:
    evil, tame = crises.hostile(), crises.approved()
    one = {name: getattr(tame, name)[:1] for name in ("budgets", "members", "timeline")}
    one |= {name: getattr(tame, name)[:1] for name in ("messages", "actions")}
    plain = replace(tame, **one, corrective=Section())

    def blocks(report: IncidentReport) -> list[str]:
        # People may write as many paragraphs as they like.
        return [
            kind
            for kind in shape(report)
            if kind not in {"paragraph_open", "inline", "paragraph_close"}
        ]

    assert blocks(plain) == blocks(evil)
    spans = {child.type for token in parsed(evil) for child in token.children or []}
    assert not spans & {"html_inline", "link_open", "image", "code_inline"}


def test_what_people_wrote_is_read_in_the_markdown_as_they_wrote_it() -> None:
    words = "# 5 < 6 & *so* _on_: `x` | y\n1. one\n- two\n+ three\n=== [a](b) \\ $z$ ~~w~~ &lt;"

    report = replace(crises.begun(), summary=Section(text=words))

    assert words in shown(report)


def test_a_bar_ends_no_cell() -> None:
    event = replace(crises.approved().timeline[0], what="a | b || c \\| d", who="x|y")

    report = replace(crises.begun(), timeline=(event,))

    assert ["x|y", "a | b || c \\| d"] == [text for text in shown(report) if "|" in text]


@pytest.mark.parametrize("line", ["2026-05-12 at 1.5 s", "0.1.0", "a-b + c = d", "Why? (yes!)"])
def test_harmless_words_stay_readable(line: str) -> None:
    assert f"\n{line}\n" in markdown(replace(crises.begun(), summary=Section(text=line)))


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_the_user_s_template_wins_and_its_mistake_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / "reports" / "templates" / "incident-report" / name
    path.parent.mkdir(parents=True)
    path.write_text("{{ r.nothing }}", encoding="utf-8")
    fill = incident_html if name == "report.html" else incident_markdown

    with pytest.raises(ReportError, match=rf"{name}:1: .* no attribute 'nothing'"):
        fill(crises.begun(), directory=tmp_path, now=NOW)

    path.write_text("ours: {{ r.crisis }}", encoding="utf-8")
    assert "ours: crisis-4" == fill(crises.begun(), directory=tmp_path, now=NOW).strip()


def test_it_is_internal_on_every_page_and_names_the_scope_of_each_budget() -> None:
    told = [" ".join(page.split()) for page in pages("approved")]

    assert [True] * len(told) == ["internal" in page for page in told]
    assert "not for customers" in told[0]
    assert "beta, orders by itself" in " ".join(told)
    assert "acme, solution" not in " ".join(told)
    text = incident_markdown(crises.CASES["approved"](), directory=NOWHERE, now=NOW)
    assert "| beta, orders by itself |" in text


def test_what_people_did_is_told_to_the_second() -> None:
    report = next(iter(crises.CASES.values()))()
    odd = timedelta(microseconds=22770)
    timeline = tuple(replace(one, at=one.at + odd) for one in report.timeline)
    messages = tuple(replace(one, at=one.at and one.at + odd) for one in report.messages)
    report = replace(report, timeline=timeline, messages=messages)

    assert timeline
    assert ".02277" not in incident_html(report, directory=NOWHERE, now=NOW)
    assert ".02277" not in markdown(report)
