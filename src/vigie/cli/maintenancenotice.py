"""`maintenance notice`: one window on one page, for one customer."""

from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, settings
from vigie.errors import UsageError

LONGEST = 300  # characters of a contact


async def notice(
    key: str,
    *,
    contract: str | None = None,
    customer: str | None = None,
    contact: str | None = None,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    language: str | None = None,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Write a window as a PDF of one page, its calendar file inside; nothing is sent.

    Parameters
    ----------
    key
        The window's key, such as m-20261122-1.
    contract
        The contract that it is for; needed where the window concerns several.
    customer
        Instead the customer, where one contract of it is concerned.
    contact
        Whom to ask, printed as written: "ops@shop.example, +33 1 23 45 67 89".
    output
        The file to write; without it KEY-CONTRACT.pdf in the current directory.
    language
        en, fr, de, es or it; without it the customer's language.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    # Imported here, so that other commands need not wait for it.
    from vigie import reporting
    from vigie.cli.letters import tell_letters

    if contact is not None and not 0 < len(contact.strip()) <= LONGEST:
        raise UsageError(f"--contact: is blank or longer than {LONGEST} characters (shorten it)")
    if output is not None:
        reporting.check_pdf(output)
    spoken, now = reporting.resolve(language) if language else None, clock.now()
    found = await reporting.read_notice(
        settings.read(directory), key=key, now=now, contract=contract, customer=customer
    )
    drawing = partial(
        reporting.notice_pdf,
        found,
        directory=directory,
        now=now,
        language=spoken,
        contact=contact,
    )
    pdf = await reporting.draw_sealed(drawing, signing=settings.signing(), now=now)
    path = output or Path(f"{found.key}-{found.contract}.pdf")
    reporting.write(path, pdf)
    state = found.state(now).replace("_", " ")
    print(f"Wrote {path}: {found.key} for {found.contract}, {state}; {found.why or 'valid'}.")
    tell_letters(found, directory, contact or "")
