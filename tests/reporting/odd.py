"""The odd documents: each is drawn once, in one of the languages, to be held and looked at."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.catalogue.test_brand import SVG, font
from tests.reporting import crises, facesamples, notices, samples, summaries
from tests.reporting.revised import SECOND

from vigie.reporting import (
    Figures,
    make_incident_report,
    make_pdf,
    notice_pdf,
    summary_pdf,
)
from vigie.reporting.figures.revisions import Revision

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
BRAND = """\
name: Example Hosting Ltd
logo: {file: logo.svg, alt: Example Hosting}
colours: {main: "#5b2a86", second: "#f2a900"}
footer: Example Hosting Ltd · 1 High Street, London
"""
OTHER_SCRIPTS = "other_scripts: [{regular: squares.ttf}]"
MARK = SVG.format('<path d="M0 0h9v9z" fill="#5b2a86"/>')


def report(
    figures: Callable[[], Figures], language: str, place: Path, revision: Revision | None = None
) -> bytes:
    """Return the report of such figures."""
    return make_pdf(figures(), directory=place, now=NOW, language=language, revision=revision)


def branded(figures: Callable[[], Figures], language: str, brand: str, place: Path) -> bytes:
    """Return the report with a brand, whose files are made in *place*."""
    (place / "reports").mkdir()
    (place / "reports/brand.yaml").write_text(brand, encoding="utf-8")
    (place / "reports/logo.svg").write_text(MARK, encoding="utf-8")
    letters = "".join(facesamples.SCRIPTS) + facesamples.scripts().contract.customer
    (place / "reports/squares.ttf").write_bytes(font(letters))
    return report(figures, language, place)


def incident(place: Path) -> bytes:
    """Return the report of a crisis."""
    return make_incident_report(crises.CASES["approved"](), directory=place, now=NOW)


def summary(place: Path) -> bytes:
    """Return the summary of 55 contracts, to which everything happened."""
    return summary_pdf(summaries.busy(), directory=place, now=NOW)


def notice(place: Path) -> bytes:
    """Return the notice of a window that was announced too late."""
    return notice_pdf(notices.late(), directory=place, now=notices.BEFORE, language="fr")


# A folder, in which the brand's files are made, to a PDF.
DOCUMENTS: dict[str, Callable[[Path], bytes]] = {
    "quiet": partial(report, samples.quiet, "fr"),  # no outages
    "storm": partial(report, facesamples.storm, "en"),  # 500 outages
    "empty": partial(report, samples.empty, "it"),  # no data
    "running": partial(report, samples.running, "de"),  # not over
    "late": partial(report, facesamples.late, "fr"),  # its contract began on the 15th
    "lasting": partial(report, facesamples.lasting, "it"),  # durations as long as can be
    "forty": partial(report, facesamples.many, "de"),  # 40 services, names of 60 characters
    "scripts": partial(branded, facesamples.scripts, "en", OTHER_SCRIPTS),
    "quarter": partial(report, facesamples.quarter, "it"),  # 45 outages
    "year": partial(report, partial(facesamples.year, 60), "es"),
    "revised": partial(report, samples.busy, "de", revision=SECOND),
    "branded": partial(branded, samples.busy, "es", BRAND),  # logo, colours and footer
    "incident": incident,
    "summary": summary,
    "notice": notice,
}
