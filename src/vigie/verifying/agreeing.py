"""Whether the files of one document tell the same."""

from collections.abc import Iterator

from vigie import __version__
from vigie.reporting import (
    CALENDAR,
    LINES,
    REPORT,
    RESULTS,
    Annex,
    Figures,
    Incident,
    Made,
    NoticeFile,
    SummaryFile,
    annex_bytes,
    comparison_csv,
    incident_bytes,
    notice_bytes,
    notice_calendar,
    results_text,
    summary_bytes,
    summary_tables,
    tables,
    to_bytes,
    to_json,
)
from vigie.verifying.carried import Carried, Told
from vigie.verifying.container import Container


def agreement(file: Container, held: Carried) -> Iterator[str]:
    """Yield where the files of one document contradict each other."""
    yield from _report(file, held)
    for name, content in _beside(held.told).items():
        if name in file.files and file.files[name] != content:
            yield f"{name}: {_row(file.files[name], content)}"
        elif name not in file.files:
            yield f"{name} is missing"
    if held.made_with.get("vigie") != held.made.program:
        yield "report.json and manifest.json name two versions of the program"


def _report(file: Container, held: Carried) -> Iterator[str]:
    told, figures, made = held.told, held.figures, held.made
    if isinstance(told, dict):
        summary = to_json(told["figures"])
        if summary != {name: told.get(name) for name in summary}:
            yield f"{REPORT}: its summary differs from its figures"
    # An earlier program knew fewer fields.
    if made.program == __version__ and _spelled(told) != file.files[REPORT]:
        yield f"{REPORT}: holds what is no part of the figures, or another spelling of them"
    if figures is not None and isinstance(made, Made) and _stated(made) != _stated_by(figures):
        yield f"{REPORT}: report and figures name two zones or versions"


def _spelled(told: Told) -> bytes:
    """Return report.json as this program writes it."""
    match told:
        case Annex() as annex:
            return annex_bytes(annex)
        case Incident() as incident:
            return incident_bytes(incident)
        case SummaryFile() as overview:
            return summary_bytes(overview)
        case NoticeFile() as notice:
            return notice_bytes(notice)
        case report:
            return to_bytes(report)


def _beside(told: Told) -> dict[str, bytes]:
    """Return the other files that the document must carry, by name."""
    match told:
        case Annex() as annex:
            return {LINES: comparison_csv(annex.comparison)}
        case Incident():
            return {}
        case SummaryFile() as overview:
            return {table.name: table.content for table in summary_tables(overview.summary)}
        case NoticeFile() as notice:
            return {CALENDAR: notice_calendar(notice.maintenance)}
        case report:
            figures = report["figures"]
    found = {table.name: table.content for table in tables(figures)}
    if figures.evidence is not None:
        found[RESULTS] = results_text(figures.evidence.results)
    return found


def _stated(made: Made) -> tuple[object, ...]:
    return made.timezone, made.sla_version, made.contract_version


def _stated_by(figures: Figures) -> tuple[object, ...]:
    return figures.period.timezone, figures.sla_version, figures.contract.version_from


def _row(actual: bytes, expected: bytes) -> str:
    theirs, ours = actual.splitlines(), expected.splitlines()
    pairs = zip(theirs, ours, strict=False)
    number = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(theirs), len(ours)))
    return f"line {number + 1} differs from the figures of {REPORT}"
