from .document import to_json
from .files import check_writable, write
from .formats import Formats, utc
from .ics import feed
from .incidentrecords import (
    Action,
    Approval,
    Budget,
    Happening,
    IncidentReport,
    Member,
    Notice,
    Section,
)
from .incidentreport import incident_html, incident_markdown, make_incident_report
from .making import make_pdf, read
from .periods import Asked, Days, Span, asked, asked_of_any_kind
from .reading import figures
from .records import Availability, Figures, Longest, Outage, Reading, Window
from .words import resolve

__all__ = [
    "Action",
    "Approval",
    "Asked",
    "Availability",
    "Budget",
    "Days",
    "Figures",
    "Formats",
    "Happening",
    "IncidentReport",
    "Longest",
    "Member",
    "Notice",
    "Outage",
    "Reading",
    "Section",
    "Span",
    "Window",
    "asked",
    "asked_of_any_kind",
    "check_writable",
    "feed",
    "figures",
    "incident_html",
    "incident_markdown",
    "make_incident_report",
    "make_pdf",
    "read",
    "resolve",
    "to_json",
    "utc",
    "write",
]
