from .documents.disputeannex import (
    LINES,
    Annex,
    annex_again,
    annex_bytes,
    annex_from_bytes,
    comparison_csv,
    comparison_json,
    comparison_pdf,
    comparison_sentence,
)
from .documents.disputed import Compared, Comparison, Dispute, Effect, Line, read_comparison
from .documents.incidentrecords import (
    Action,
    Approval,
    Budget,
    Happening,
    IncidentReport,
    Member,
    Notice,
    Section,
)
from .documents.incidentreport import (
    Incident,
    incident_again,
    incident_bytes,
    incident_from_bytes,
    incident_html,
    incident_markdown,
    make_incident_report,
)
from .documents.noticedocument import CALENDAR, notice_pdf
from .documents.noticereading import notice, read_notice
from .documents.noticerecords import Happened, MaintenanceNotice
from .documents.summarydocument import summary_csv, summary_json, summary_pdf, summary_sentence
from .documents.summaryreading import read_summary, summary
from .documents.summaryrecords import Summary
from .drawing.letters import lacking
from .drawing.workers import Workers, draw, open_workers
from .evidence.attachments import MANIFEST, REPORT, RESULTS, Attached, attached, tables
from .evidence.reportfile import ReportFile, from_bytes, report_file, schema, to_bytes, to_json
from .evidence.sources import drawn_with
from .figures.contents import Contents, Kept, Outlook, Planned
from .figures.evidencerecords import Answers, Evidence, Hours, Made, Part, ResultsDay, Written
from .figures.periods import Asked, Days, Span, asked, asked_of_any_kind
from .figures.reading import figures
from .figures.records import Availability, Figures, Longest, Outage, Reading, Window
from .figures.results import digest, results_text
from .figures.revisions import Change, Past, Revision
from .files import check_writable, write
from .formats import Formats, utc
from .ics import feed
from .keeping.keeping import Order, keep
from .keeping.running import Outcome, keep_all, keep_one
from .keeping.sending import Clerk, run_reports
from .making import made_again, make_pdf, make_report, read
from .press import Press, draw_sealed, open_press
from .sealing.check import Seal, verify_seal
from .sealing.seal import Sealer, open_sealer
from .words import resolve

__all__ = [
    "CALENDAR",
    "LINES",
    "MANIFEST",
    "REPORT",
    "RESULTS",
    "Action",
    "Annex",
    "Answers",
    "Approval",
    "Asked",
    "Attached",
    "Availability",
    "Budget",
    "Change",
    "Clerk",
    "Compared",
    "Comparison",
    "Contents",
    "Days",
    "Dispute",
    "Effect",
    "Evidence",
    "Figures",
    "Formats",
    "Happened",
    "Happening",
    "Hours",
    "Incident",
    "IncidentReport",
    "Kept",
    "Line",
    "Longest",
    "Made",
    "MaintenanceNotice",
    "Member",
    "Notice",
    "Order",
    "Outage",
    "Outcome",
    "Outlook",
    "Part",
    "Past",
    "Planned",
    "Press",
    "Reading",
    "ReportFile",
    "ResultsDay",
    "Revision",
    "Seal",
    "Sealer",
    "Section",
    "Span",
    "Summary",
    "Window",
    "Workers",
    "Written",
    "annex_again",
    "annex_bytes",
    "annex_from_bytes",
    "asked",
    "asked_of_any_kind",
    "attached",
    "check_writable",
    "comparison_csv",
    "comparison_json",
    "comparison_pdf",
    "comparison_sentence",
    "digest",
    "draw",
    "draw_sealed",
    "drawn_with",
    "feed",
    "figures",
    "from_bytes",
    "incident_again",
    "incident_bytes",
    "incident_from_bytes",
    "incident_html",
    "incident_markdown",
    "keep",
    "keep_all",
    "keep_one",
    "lacking",
    "made_again",
    "make_incident_report",
    "make_pdf",
    "make_report",
    "notice",
    "notice_pdf",
    "open_press",
    "open_sealer",
    "open_workers",
    "read",
    "read_comparison",
    "read_notice",
    "read_summary",
    "report_file",
    "resolve",
    "results_text",
    "run_reports",
    "schema",
    "summary",
    "summary_csv",
    "summary_json",
    "summary_pdf",
    "summary_sentence",
    "tables",
    "to_bytes",
    "to_json",
    "utc",
    "verify_seal",
    "write",
]
