"""The odd documents: each is drawn once, in one of the languages, to be held and looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.catalogue.test_brand import SVG, font
from tests.reporting import crises, facesamples, samples

from vigie.reporting import Figures, make_incident_report, make_pdf

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


@dataclass(frozen=True, slots=True)
class Odd:
    """A document with something odd about it."""

    oddity: str
    figures: Callable[[], Figures] | None
    language: str = "en"
    brand: str = ""


DOCUMENTS = {
    "quiet": Odd("a month without outages", samples.quiet, "fr"),
    "storm": Odd("a month with 500 outages", facesamples.storm, "en"),
    "empty": Odd("a month with no data", samples.empty, "it"),
    "running": Odd("a month that is not over", samples.running, "de"),
    "late": Odd("a contract that began on the 15th", facesamples.late, "fr"),
    "lasting": Odd("durations as long as can be", facesamples.lasting, "it"),
    "forty": Odd("40 services with names of 60 characters", facesamples.many, "de"),
    "scripts": Odd("names in other scripts", facesamples.scripts, "en", OTHER_SCRIPTS),
    "quarter": Odd("a quarter with 45 outages", facesamples.quarter, "it"),
    "year": Odd("a year with 60 outages", partial(facesamples.year, 60), "es"),
    "branded": Odd("a provider's own logo, colours and footer", samples.busy, "es", BRAND),
    "incident": Odd("the report of a crisis", None),
}


def draw(name: str, place: Path) -> bytes:
    """Return the PDF of a document; *place* is for the brand's files."""
    odd = DOCUMENTS[name]
    if odd.brand:
        (place / "reports").mkdir()
        (place / "reports/brand.yaml").write_text(odd.brand, encoding="utf-8")
        (place / "reports/logo.svg").write_text(MARK, encoding="utf-8")
        letters = "".join(facesamples.SCRIPTS) + facesamples.scripts().contract.customer
        (place / "reports/squares.ttf").write_bytes(font(letters))
    directory = place if odd.brand else NOWHERE
    if odd.figures is None:
        return make_incident_report(crises.CASES["approved"](), directory=directory, now=NOW)
    return make_pdf(odd.figures(), directory=directory, now=NOW, language=odd.language)
