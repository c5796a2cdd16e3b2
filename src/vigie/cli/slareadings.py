"""The ambiguity switchboard: the same promise under each reading that its text allows."""

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from vigie.cli.slatables import COLOURS, words
from vigie.reporting import Formats, Reading

_TITLE = "The same period under other readings; ● what the contract says"
# What each group is about, and what the text leaves open: at most one line of 80 columns.
_TOPICS = {
    "corrections": ("Corrections", "With and without what was approved as measured wrongly."),
    "maintenance": (
        "Maintenance",
        "What a valid window takes out. None: as if there were no window at all.",
    ),
    "unknown": ("Unknown time", "What counts while nothing was measured."),
    "period": (
        "Judged period",
        "It is not said whether others are judged too. Each holds the last day asked.",
    ),
    "hours": (
        "Hours of an interruption",
        "Which working hours count, or all, is not said. Used: the longest interruption.",
    ),
    "zone": (
        "Zone taken literally",
        "The text names a zone without summer time. Used, where no % is: longest outage.",
    ),
    "enforcement": (
        "Cap and hours of maintenance",
        "What other, or more, maintenance than is allowed leads to is not said.",
    ),
    "notice": (
        "Notice of maintenance",
        "How the working days of the notice are counted is not said.",
    ),
}
_COLUMNS = ("Reading", "% cut", "Used", "Allowed", "Verdict")
_WIDTHS = (20, 8, 15, 16, 0)  # at least: so that groups stand below each other
_MARK = "● "


def print_readings(readings: Sequence[Reading], formats: Formats, console: Console) -> None:
    """Print the *readings* in lines, a group for each topic, its heading saying what is open."""
    console.print(Text(f"\n{_TITLE}", style="bold"), soft_wrap=True)
    for topic, group in groupby(readings, key=lambda one: one.topic):
        console.print(_group(topic, list(group), formats), soft_wrap=True)


def _group(topic: str, readings: Sequence[Reading], formats: Formats) -> Text:
    name, sentence = _TOPICS[topic]
    sources = ", ".join(it for it in (readings[0].ambiguity, readings[0].clause) if it)
    text = Text(f"\n{name}{f' ({sources})' if sources else ''}\n", style="bold")
    text.append(sentence, style="not bold")
    rows = [_cells(one, formats) for one in readings]
    columns = zip(_WIDTHS, _COLUMNS, *rows, strict=True)
    widths = [max(least, *map(len, cells)) for least, *cells in columns]
    text.append(f"\n{' ' * len(_MARK)}{_line(_COLUMNS, widths)}", style="not bold")
    for one, row in zip(readings, rows, strict=True):
        mark = _MARK if one.agreed else " " * len(_MARK)
        text.append(f"\n{mark}{_line((*row[:-1], ''), widths)}", style="not bold")
        text.append(row[-1], style=f"not bold {COLOURS.get(one.verdict, 'default')}")
    return text


def _cells(one: Reading, formats: Formats) -> tuple[str, ...]:
    share = one.percent or "n/a" if one.indicator == "availability" else ""
    allowed = "n/a" if one.allowed_s is None else formats.duration(one.allowed_s)
    return (one.reading, share, formats.duration(one.used_s), allowed, words(one.verdict))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    reading, *numbers, verdict = cells
    figures = " ".join(map(str.rjust, numbers, widths[1:]))
    return f"{reading.ljust(widths[0])} {figures}  {verdict}"
