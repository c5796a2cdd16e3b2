"""Whether the files of one document tell the same."""

import io
from collections.abc import Iterator, Mapping, Sequence

import pikepdf

from vigie import __version__
from vigie.reporting import (
    REPORT,
    SCHEMA,
    Annex,
    Attached,
    Figures,
    Incident,
    Made,
    NoticeFile,
    SummaryFile,
    annex_files,
    incident_files,
    manifest,
    notice_files,
    report_files,
    summary_files,
    to_json,
)
from vigie.verifying.carried import Carried, Told
from vigie.verifying.container import Container

OURS = {REPORT, SCHEMA}  # an earlier program knew fewer fields


def agreement(file: Container, held: Carried) -> Iterator[str]:
    """Yield where the files of one document contradict each other, or what they are said to be."""
    expected = _expected(held.told)
    yield from _report(held)
    for one in expected:
        if one.name not in file.files:
            yield f"{one.name} is missing"
        elif one.name in OURS and held.made.program != __version__:
            continue
        elif file.files[one.name] != one.content:
            yield _differing(one, file.files[one.name])
    if held.made_with.get("vigie") != held.made.program:
        yield "report.json and manifest.json name two versions of the program"
    whole = (*expected, manifest((), sources={}))
    yield from _descriptions(file, {one.name: one for one in whole})


def _report(held: Carried) -> Iterator[str]:
    told, figures, made = held.told, held.figures, held.made
    if isinstance(told, dict):
        summary = to_json(told["figures"])
        if summary != {name: told.get(name) for name in summary}:
            yield f"{REPORT}: its summary differs from its figures"
    if figures is not None and isinstance(made, Made) and _stated(made) != _stated_by(figures):
        yield f"{REPORT}: report and figures name two zones or versions"


def _expected(told: Told) -> Sequence[Attached]:
    """Return the files that the document must carry besides the manifest."""
    match told:
        case Annex() as annex:
            return annex_files(annex)
        case Incident() as incident:
            return incident_files(incident)
        case SummaryFile() as overview:
            return summary_files(overview)
        case NoticeFile() as notice:
            return notice_files(notice)
        case report:
            return report_files(report)


def _differing(expected: Attached, actual: bytes) -> str:
    if expected.name == SCHEMA:
        return f"{SCHEMA}: is not the one of this program's {REPORT}"
    if expected.name == REPORT:
        return f"{REPORT}: holds what is no part of the figures, or another spelling of them"
    return f"{expected.name}: {_row(actual, expected.content)}"


def _descriptions(file: Container, expected: Mapping[str, Attached]) -> Iterator[str]:
    """Yield the files of which the PDF says something else: a reader shows it beside the name."""
    with pikepdf.open(io.BytesIO(file.content), suppress_warnings=True) as pdf:
        for name, held in pdf.attachments.items():
            told = (str(held.obj.get("/Desc")), str(held.obj.get("/AFRelationship")))
            one = expected.get(name)
            if one is not None and told != (one.says, f"/{one.relation}"):
                yield f"{name} is described as {told[0][:60]}, which it is not"


def _stated(made: Made) -> tuple[object, ...]:
    return made.timezone, made.sla_version, made.contract_version


def _stated_by(figures: Figures) -> tuple[object, ...]:
    return figures.period.timezone, figures.sla_version, figures.contract.version_from


def _row(actual: bytes, expected: bytes) -> str:
    theirs, ours = actual.splitlines(), expected.splitlines()
    pairs = zip(theirs, ours, strict=False)
    number = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(theirs), len(ours)))
    return f"line {number + 1} differs from the figures of {REPORT}"
