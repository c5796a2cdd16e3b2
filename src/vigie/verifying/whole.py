"""Everything that a report can be checked for without a database, in order."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from vigie.verifying.carried import Carried, agreement, carried, digests
from vigie.verifying.checks import Check, judged
from vigie.verifying.container import Container
from vigie.verifying.lists import origins, rows
from vigie.verifying.numbers import recomputed, totals
from vigie.verifying.pages import check_pages
from vigie.verifying.seals import check_seal


async def check_file(file: Container, *, directory: Path) -> tuple[Carried, tuple[Check, ...]]:
    """Return what *file* carries, and the checks of it; ReportError where it is no report."""
    held = carried(file)
    return held, tuple([check async for check in _checks(file, held, directory)])


async def _checks(file: Container, held: Carried, directory: Path) -> AsyncIterator[Check]:
    figures = held.figures
    yield await check_seal(file, is_claimed=held.report["report"].sealed)
    yield judged("files", digests(file, held), well=f"{len(held.listed)}, as the manifest says")
    yield judged("data", _said(file, held), well="all files tell the same")
    yield _arithmetic(held)
    yield judged(
        "lists", [*rows(figures), *totals(figures), *origins(figures)], well=_counted(held)
    )
    yield check_pages(file, held, directory=directory)


def _said(file: Container, held: Carried) -> Iterator[str]:
    made, figures = held.report["report"], held.figures
    yield from agreement(file, held)
    if held.made_with.get("vigie") != made.program:
        yield "report.json and manifest.json name two versions of the program"
    said = (made.timezone, made.sla_version, made.contract_version)
    if said != (figures.period.timezone, figures.sla_version, figures.contract.version_from):
        yield "report.json: report and figures name two zones or versions"


def _arithmetic(held: Carried) -> Check:
    figures = held.figures
    if figures.evidence is None:
        says = "the report carries no evidence to compute its percentages from"
        return Check(name="arithmetic", holds=None, says=says)
    scopes = 1 + len(figures.services)
    well = f"percentages, budgets and verdicts of {scopes} scopes, computed again"
    return judged("arithmetic", recomputed(figures), well=well)


def _counted(held: Carried) -> str:
    figures = held.figures
    counted = (_some(len(figures.outages), "outage"), _some(len(figures.days), "day"))
    return f"{' and '.join(counted)} add up"


def _some(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
