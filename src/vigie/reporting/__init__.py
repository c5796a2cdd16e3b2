"""Figures of a contract's period, as a record, as JSON, as HTML and as a PDF."""

from vigie.reporting.document import to_json
from vigie.reporting.figures import figures
from vigie.reporting.files import check_writable, write
from vigie.reporting.formats import Formats, utc
from vigie.reporting.ics import feed
from vigie.reporting.making import make_pdf, read
from vigie.reporting.periods import Asked, Days, Span, asked, asked_of_any_kind
from vigie.reporting.records import Availability, Figures, Longest, Outage, Reading, Window
from vigie.reporting.words import resolve

__all__ = [
    "Asked",
    "Availability",
    "Days",
    "Figures",
    "Formats",
    "Longest",
    "Outage",
    "Reading",
    "Span",
    "Window",
    "asked",
    "asked_of_any_kind",
    "check_writable",
    "feed",
    "figures",
    "make_pdf",
    "read",
    "resolve",
    "to_json",
    "utc",
    "write",
]
