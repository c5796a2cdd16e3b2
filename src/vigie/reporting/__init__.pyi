from .document import to_json
from .files import check_writable, write
from .formats import Formats, utc
from .ics import feed
from .making import make_pdf, read
from .periods import Asked, Days, Span, asked, asked_of_any_kind
from .reading import figures
from .records import Availability, Figures, Longest, Outage, Reading, Window
from .words import resolve

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
