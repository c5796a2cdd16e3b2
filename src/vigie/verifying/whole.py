"""Everything that a document can be checked for without a database, in order."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from vigie import clock
from vigie.counting import count
from vigie.reporting import (
    Annex,
    Comparison,
    Figures,
    Incident,
    IncidentReport,
    Made,
    NoticeFile,
    Summary,
    SummaryFile,
    utc,
)
from vigie.verifying.agreeing import agreement
from vigie.verifying.annexes import compared
from vigie.verifying.attributed import attributed
from vigie.verifying.budgets import budgets
from vigie.verifying.carried import Carried, carried, digests
from vigie.verifying.checks import Check, judged
from vigie.verifying.complete import complete
from vigie.verifying.container import Container
from vigie.verifying.enforced import ruled
from vigie.verifying.further import further
from vigie.verifying.incidents import lasted
from vigie.verifying.lists import origins, rows
from vigie.verifying.notices import judged_again
from vigie.verifying.numbers import recomputed, totals
from vigie.verifying.outlooks import outlooks
from vigie.verifying.pages import check_pages
from vigie.verifying.periods import AHEAD, placed, zoned
from vigie.verifying.probed import probed
from vigie.verifying.revisions import check_revision
from vigie.verifying.seals import check_seal
from vigie.verifying.splits import splits
from vigie.verifying.summaries import added_up, ranked
from vigie.verifying.windows import windows
from vigie.verifying.worked import worked

KNOWN_TO_THE_DATABASE = (
    "known to it only: whether holes, failures, maintenance, corrections and crises are all there,"
    " the terms of the contract, names, causes of outages, and what people wrote (--database)"
)


async def check_file(file: Container, *, directory: Path) -> tuple[Carried, tuple[Check, ...]]:
    """Return what *file* carries, and its checks; ReportError where it is no such document."""
    held = carried(file)
    return held, tuple([check async for check in _checks(file, held, directory)])


def left_to_the_database(held: Carried) -> tuple[Check, ...]:
    """Return what no file can tell of a report, and only a look into the database."""
    if not isinstance(held.told, dict):
        return ()
    return (Check(name="database", holds=None, says=KNOWN_TO_THE_DATABASE, is_due=False),)


async def _checks(file: Container, held: Carried, directory: Path) -> AsyncIterator[Check]:
    yield await check_seal(file, held.made)
    yield judged("files", digests(file, held), well=f"{len(held.listed)}, as the manifest says")
    yield judged("data", agreement(file, held), well="all files tell the same")
    match held.told:
        case Annex(comparison=found):
            yield _annex(found)
        case Incident(incident=crisis):
            yield _incident(crisis, held.made.made_at)
        case SummaryFile(summary=overview):
            yield _overview(overview)
        case NoticeFile() as notice:
            well = "length, notice and state of the window, computed again"
            yield judged("arithmetic", judged_again(notice), well=well)
        case report:
            yield _arithmetic(report["figures"], report["report"])
            yield _lists(report["figures"])
    yield await check_pages(file, held, directory=directory)
    for check in check_revision(held):
        yield check
    if held.made.made_at > clock.now() + AHEAD:
        yield _clock(held.made.made_at)


def _clock(made_at: datetime) -> Check:
    """Say that a report is of a day to come: who made it, or who checks it, has another clock."""
    at = utc(clock.now())
    says = f"made at {utc(made_at)}, and it is {at} here; one of the two clocks is wrong"
    return Check(name="clock", holds=None, says=says)


def _arithmetic(figures: Figures, made: Made) -> Check:
    scopes = 1 + len(figures.services)
    well = f"percentages, budgets and verdicts of {count(scopes, 'scope')}, computed again"
    problems = [*complete(figures), *placed(figures.period, made.made_at, figures.zones)]
    problems += [*zoned(figures), *recomputed(figures)]
    problems += [*budgets(figures), *outlooks(figures), *worked(figures), *ruled(figures)]
    problems += [*splits(figures)]
    return judged("arithmetic", problems, well=well)


def _lists(figures: Figures) -> Check:
    counted = (count(len(figures.outages), "outage"), count(len(figures.days), "day"))
    problems = [*rows(figures), *totals(figures), *origins(figures), *further(figures)]
    problems += [*attributed(figures), *windows(figures), *probed(figures)]
    return judged("lists", problems, well=f"{' and '.join(counted)} add up")


def _annex(found: Comparison) -> Check:
    counted = (count(len(found.lines), "span"), count(len(found.effects), "effect"))
    well = f"{' and '.join(counted)}, computed again"
    return judged("arithmetic", compared(found), well=well)


def _incident(crisis: IncidentReport, made_at: datetime) -> Check:
    counted = (count(len(crisis.budgets), "budget"), count(len(crisis.timeline), "event"))
    well = f"duration, {' and '.join(counted)} add up"
    return judged("arithmetic", lasted(crisis, made_at), well=well)


def _overview(found: Summary) -> Check:
    counted = (count(len(found.contracts), "contract"), count(len(found.risks), "budget"))
    problems = [*added_up(found), *ranked(found)]
    return judged("arithmetic", problems, well=f"{' and '.join(counted)}, computed again")
