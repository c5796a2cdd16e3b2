"""`vigie report --all`: the provider's summary over all contracts, which is not for customers."""

from functools import partial
from pathlib import Path

from rich.console import Console

from vigie import clock, settings
from vigie.cli.letters import tell_letters
from vigie.errors import UsageError
from vigie.reporting import (
    Asked,
    Summary,
    check_writable,
    draw_sealed,
    read_summary,
    resolve,
    summary_csv,
    summary_json,
    summary_pdf,
    summary_sentence,
    write,
)

KINDS = (".pdf", ".csv", ".json")


async def summarise(
    period: Asked, *, output: Path | None, language: str | None, directory: Path
) -> None:
    """Write the summary of a *period*: PDF, or its data as CSV or JSON by the name's ending."""
    path = output or Path(f"summary-{period.name}.pdf")
    if path.suffix not in KINDS:
        raise UsageError(f"-o: {path} is no {' or '.join(KINDS)} (write such a name)")
    check_writable(path)
    spoken = resolve(language) if language else None
    with Console(stderr=True).status("Reading all contracts: some minutes for a thousand of them"):
        found = await read_summary(settings.read(directory), asked=period, now=clock.now())
    write(path, await _content(found, path.suffix, language=spoken, directory=directory))
    print(f"Wrote {path}: {summary_sentence(found)}")
    if path.suffix == ".pdf":
        tell_letters(found, directory)


async def _content(found: Summary, kind: str, *, language: str | None, directory: Path) -> bytes:
    now = clock.now()
    if kind == ".csv":
        return summary_csv(found)
    if kind == ".json":
        return summary_json(found, directory=directory, now=now, language=language)
    drawing = partial(summary_pdf, found, directory=directory, now=now, language=language)
    return await draw_sealed(drawing, signing=settings.signing(), now=now)
