"""The commands that keep a report and lead it to the customer: draft, object, answer, issue."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vigie import clock, settings, storing
from vigie.cli import answers
from vigie.cli.answers import AsJson
from vigie.cli.registry import connected, short
from vigie.cli.who import operator
from vigie.errors import UsageError
from vigie.reporting import Order, asked, check_pdf, keep_one, write

Directory = Annotated[Path, Parameter(name="--dir")]

_NOBODY = (
    "it goes to nobody (look at reports.to and reports.automatic of the contract, the addresses of"
    " the customer, and mail in reports/rota.yaml)"
)


async def draft(
    contract: str,
    /,
    *,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    scope: str = "solution",
    language: tuple[str, ...] = (),
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Make the report of a period that is over and keep it, for review: its first revision.

    Parameters
    ----------
    contract
        The contract's key.
    month
        YYYY-MM, such as 2026-05, in the contract's time zone.
    quarter
        YYYY-Qn, such as 2026-Q2.
    year
        YYYY, such as 2026.
    scope
        solution (the essential services), or the key of one service.
    language
        en, fr, de, es or it; may be written several times: a file in each. Without it the
        customer's.
    by
        Who makes it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    order = Order(
        contract=contract,
        asked=asked(month=month, quarter=quarter, year=year),
        by=operator(by),
        directory=directory,
        scope=scope,
        languages=language,
    )
    found = await _kept(order)
    _tell(found, as_json=as_json)


async def revise(
    report: str,
    /,
    *,
    reason: str,
    language: tuple[str, ...] = (),
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Correct a report: its next revision is made with the figures of now, and kept as a draft.

    Parameters
    ----------
    report
        Its key, such as acme/2026-05/r1.
    reason
        Why, in a few words: it stands on the first page.
    language
        en, fr, de, es or it; may be written several times. Without it those of the revision before.
    by
        Who makes it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    async with connected(directory) as connection:
        known = await storing.read_report(connection, report)
    if newer := known["replaced_by"]:
        raise UsageError(f"report {report}: {newer} came after it (vigie report revise {newer})")
    order = Order(
        contract=known["contract"],
        asked=asked(**{known["kind"]: known["period"]}),
        by=operator(by),
        directory=directory,
        scope=known["scope"],
        languages=language,
        reason=reason,
    )
    _tell(await _kept(order), as_json=as_json)


async def revised(order: Order, output: Path | None) -> None:
    """Correct the report of a period, and write its first file to *output*, too."""
    if order.reason is None:
        raise UsageError('--revise: needs a reason (write --reason "why")')
    if output:
        check_pdf(output)
    found = await _kept(order)
    if output:
        async with connected(order.directory) as connection:
            _, content = await storing.report_file(connection, str(found["report"]))
        write(output, content)
    _tell(found, as_json=False)


async def object_(
    report: str,
    /,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Record an objection, to a draft or to what was issued: a draft then waits for the answer.

    An issued report never changes; where the objection is right, it is revised.

    Parameters
    ----------
    report
        Its key, such as acme/2026-05/r1.
    reason
        What is wrong with it.
    by
        Who objects; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        number = await storing.object_report(
            connection, report, reason=reason, by=operator(by), now=clock.now()
        )
        known = await storing.read_report(connection, report)
    answers.answer(
        f"{report}: objection {number} is recorded.{_late(known)}",
        as_json=as_json,
        report=report,
        objection=number,
    )


def _late(known: dict[str, Any]) -> str:
    """Say what an objection does to a report that was issued."""
    if not known["issued_at"]:
        return ""
    newest = known["replaced_by"] or known["report"]
    return f" It was issued and stays; answer it, or correct it: vigie report revise {newest}."


async def answer(
    report: str,
    /,
    *,
    text: str,
    number: int | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Answer an objection; where it is right, correct the report as well (vigie report revise).

    Parameters
    ----------
    report
        Its key, such as acme/2026-05/r1.
    text
        The answer.
    number
        Which objection; needed only where several are open.
    by
        Who answers; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        answered = await storing.answer_objection(
            connection, report, text, number=number, by=operator(by), now=clock.now()
        )
    answers.answer(
        f"{report}: objection {answered} is answered.",
        as_json=as_json,
        report=report,
        objection=answered,
    )


async def issue(
    report: str,
    /,
    *,
    reason: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Issue a draft: it never changes any more, and goes out to the customer.

    Parameters
    ----------
    report
        Its key, such as acme/2026-05/r1.
    reason
        Why before the time for objections is over; needed only then.
    by
        Who issues it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.issue_report(
            connection, report, reason=reason, by=operator(by), now=clock.now()
        )
        found = await storing.read_report(connection, report)
        places = await storing.report_places(connection, report)
    where = f"it goes to {', '.join(places)}" if places else _NOBODY
    answers.answer(f"{report} is issued; {where}.", as_json=as_json, **found, goes_to=places)


async def _kept(order: Order) -> dict[str, object]:
    """Keep the report, and return it as it is listed."""
    now = clock.now()
    async with storing.open_database(settings.read(order.directory)) as pool:
        await storing.roll_up(pool, now)
        key = await keep_one(pool, order, now)
        async with pool.acquire() as connection:
            return await storing.read_report(connection, key)


def _tell(found: dict[str, object], *, as_json: bool) -> None:
    until = found["objections_until"]
    state = {
        "draft": f"is kept as a draft; objections until {short(until)}",  # type: ignore[arg-type]
    }.get(str(found["state"]), f"is {found['state']}")
    answers.answer(f"{found['report']} {state}.", as_json=as_json, **found)
