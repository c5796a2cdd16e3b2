"""The commands of what a crisis leaves: its report, its review and their actions."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.catalogue import shown
from vigie.cli.answers import AsJson, answer
from vigie.cli.crisisreport import draft, export
from vigie.cli.day import read_day
from vigie.cli.registry import connected
from vigie.cli.who import operator
from vigie.errors import UsageError

Directory = Annotated[Path, Parameter(name="--dir")]
SectionName = Literal["summary", "analysis", "corrective", "preventive"]

action = App(name="action", help="Decide what is done after a crisis, and note when it is.")


async def report(
    crisis: str,
    *,
    section: SectionName | None = None,
    text: str | None = None,
    file: Path | None = None,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Print the incident report, write one of its sections, or export it.

    What is not written yet is pre-filled from what happened, and marked as a draft.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    section
        The section to write.
    text
        Its text.
    file
        A file that holds its text.
    output
        A file to export the report to: .md or .pdf.
    by
        Who writes the section; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    _check_report(section, text, file, output)
    said, now = _said(text, file), clock.now()
    async with connected(directory) as connection:
        if section:
            await storing.write_section(connection, crisis, section, said, by=operator(by), now=now)
            written = f"{crisis}: {section} is written."
            answer(written, as_json=as_json, crisis=crisis, section=section)
            return
        found = await storing.read_briefing(connection, crisis, now)
    if output:
        await export(found, output, directory=directory, now=now)
        written = f"{crisis}: {output} is written."
        answer(written, as_json=as_json, crisis=crisis, file=output)
    else:
        text = draft(found, directory=directory, now=now)
        answer(text, as_json=as_json, crisis=crisis, report=text)


def _said(text: str | None, file: Path | None) -> str:
    if file is None:
        return text or ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise UsageError(f"--file: {file}: {why} (name a text file)") from error


def _check_report(
    section: str | None, text: str | None, file: Path | None, output: Path | None
) -> None:
    if section and (text is None) == (file is None):
        raise UsageError("--section: needs its --text, or its --file (write one of them)")
    if not section and (text is not None or file is not None):
        raise UsageError("--text: belongs to a section (write its --section as well)")
    if section and output:
        raise UsageError("-o: exports the report (write the section first, then export)")


async def review(
    crisis: str,
    *,
    analysis: str,
    plan: str | None = None,
    none_needed: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Record what management says of it, with a plan or why none is needed.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    analysis
        What management found.
    plan
        The improvement plan; its actions are added before, by vigie crisis action add.
    none_needed
        Why no plan is needed.
    by
        Who reviews it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.review_crisis(
            connection,
            crisis,
            analysis=analysis,
            plan=plan,
            none_needed=none_needed,
            by=operator(by),
            now=clock.now(),
        )
    answer(f"{crisis} is reviewed.", as_json=as_json, crisis=crisis, state="reviewed")


@action.command
async def add(
    crisis: str,
    *,
    what: str,
    owner: str,
    due: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Decide an action and print its number.

    Parameters
    ----------
    crisis
        The crisis's key, such as crisis-3.
    what
        What is done.
    owner
        Who does it.
    due
        The day by which it is done: 2026-05-17. After it, a reminder comes daily.
    by
        Who decides it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    day = read_day("--due", due)
    async with connected(directory) as connection:
        number = await storing.add_action(
            connection, crisis, what, owner=owner, due=day, by=operator(by), now=clock.now()
        )
        known = await storing.is_of_rota(connection, owner)
    note = (
        ""
        if known
        else f"\nNote: {shown(owner)} is nobody of the rota: its reminders go to the cell."
    )
    answer(f"{number}{note}", as_json=as_json, crisis=crisis, action=number)


@action.command
async def done(
    crisis: str,
    number: int,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Note that an action is done, or was given up.

    Parameters
    ----------
    crisis
        The crisis's key, such as crisis-3.
    number
        The action's number.
    reason
        What was done, or why it was given up.
    by
        Who says so; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        first = await storing.end_action(connection, crisis, number, **act, now=clock.now())
    said = f"{crisis}: action {number} is done" + ("." if first else ", as was written before.")
    answer(said, as_json=as_json, crisis=crisis, action=number, first=first)
