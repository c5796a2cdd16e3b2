"""What `dispute show` prints: a sentence first, then the table line by line."""

from pathlib import Path

from rich.text import Text

from vigie.cli.slatables import COLOURS, GAP, words
from vigie.reporting import Comparison, Effect, Formats, Line, comparison_sentence

TAKEN = {
    "nothing": "as it stands now",
    "down": "their failures taken",
    "up": "their successes taken",
    "down and up": "both taken",
    "everything": "also where we did not measure",
}
AGREES = {True: "agree", False: "DIFFER", None: "not compared"}


def comparison_lines(found: Comparison, directory: Path) -> Text:
    """Return the comparison in lines that a narrow terminal or a pipe cuts nowhere."""
    formats = Formats("en", found.figures.period.timezone)
    text = Text(comparison_sentence(found, directory=directory))
    _block(text, f"What it would change, scope {found.figures.availability.scope}")
    for effect in found.effects:
        _effect(text, effect, formats)
    _block(text, "Service by service")
    for one in found.services:
        text.append(f"\n{one.service}{GAP}{formats.percent(one.agree_percent)} agree")
        text.append(f"\n{GAP}compared {formats.duration(one.compared_s)}")
        text.append(f"; they down, we up {formats.duration(one.theirs_down_s)}")
        text.append(f"; they up, we down {formats.duration(one.ours_down_s)}")
        text.append(f"\n{GAP}only they measured {formats.duration(one.ours_unknown_s)}")
        text.append(f"; only we {formats.duration(one.theirs_unknown_s)}")
        text.append(f"; not counted {formats.duration(one.uncounted_s)}")
    _block(text, f"Line by line, times of {found.figures.period.timezone}")
    for line in found.lines:
        _line(text, line, formats)
    return text


def _block(text: Text, title: str) -> None:
    text.append("\n\n").append(title, style="bold")


def _effect(text: Text, effect: Effect, formats: Formats) -> None:
    text.append(f"\n{TAKEN[effect.taken]}: {formats.percent(effect.percent)}, ")
    text.append(words(effect.verdict), style=COLOURS.get(effect.verdict, "default"))
    text.append(f", {formats.duration(effect.unplanned_s)} unplanned")


def _line(text: Text, line: Line, formats: Formats) -> None:
    text.append(f"\n{formats.span(line.starts, line.ends)}{GAP}{line.service}{GAP}")
    text.append(AGREES[line.agrees], style="bold red" if line.agrees is False else "default")
    text.append(f"\n{GAP}we say {line.ours}{_by(line)}, they say {line.theirs}")
    text.append(f", for {formats.duration(line.seconds)}{_place(line)}")
    if line.reasons:
        text.append(f": {line.reasons}")


def _by(line: Line) -> str:
    if line.measured is None:
        return ""
    return f" by correction {line.corrections} (our probes: {line.measured})"


def _place(line: Line) -> str:
    if line.first_line is None:
        return ""
    if line.first_line == line.last_line:
        return f" (line {line.first_line})"
    return f" (lines {line.first_line} to {line.last_line})"
