"""What `sla` lists below the figure, in lines that a narrow terminal or a pipe cuts nowhere."""

from datetime import datetime

from rich.text import Text

from vigie.reporting import Availability, Figures, Formats, Outage, Window

COLOURS = {"met": "green", "missed": "red", "not_provable": "yellow", "running": "cyan"}
FIGURES = ("% cut", "Low", "High", "Unplanned", "Planned", "Unknown")
GAP = "  "


def words(value: str) -> str:
    """Return a word of SQL as people write it: `not provable`."""
    return value.replace("_", " ")


def services(found: Figures, formats: Formats) -> Text:
    """Return each service: its key and verdict in one line, its figures in the next."""
    rows = [_cells(service, formats) for service in found.services]
    widths = [max(map(len, column)) for column in zip(FIGURES, *rows, strict=True)]
    text = _heading("Services, worst first; * not essential", _columns(FIGURES, widths))
    for service, row in zip(found.services, rows, strict=True):
        text.append(f"\n{service.scope}{'' if service.essential else ' *'}{GAP}")
        text.append(words(service.verdict), style=COLOURS.get(service.verdict, "default"))
        text.append(f"\n{_columns(row, widths)}")
    return text


def _cells(service: Availability, formats: Formats) -> tuple[str, ...]:
    of = service.seconds
    shares = (share or "n/a" for share in (service.percent, service.low, service.high))
    return (*shares, *(formats.seconds(one) for one in (of.unplanned, of.planned, of.unknown)))


def _columns(cells: tuple[str, ...], widths: list[int]) -> str:
    return GAP + GAP.join(map(str.rjust, cells, widths))


def outages(found: Figures, formats: Formats) -> Text:
    """Return each outage: when and what, how long, between which bounds, and why."""
    blocks = (_outage(outage, formats) for outage in found.outages)
    return _heading(f"Outages, times of {found.period.timezone}", *blocks)


def _outage(outage: Outage, formats: Formats) -> str:
    end = None if outage.open else outage.ends
    causes = filter(None, (outage.cause, "(crisis-sized)" if outage.crisis else None))
    low, high = formats.duration(outage.certain_s), formats.duration(outage.possible_s)
    return _lines(
        f"{_span(outage.starts, end, formats)}{GAP}{', '.join(outage.services)}",
        f"{_elapsed(outage, formats)}, {formats.duration(outage.working_s)} working",
        f"at least {low}, at most {high}",
        " ".join(causes),
    )


def _elapsed(outage: Outage, formats: Formats) -> str:
    whole = f"{formats.duration(outage.elapsed_s)} elapsed"
    if outage.clipped_s == outage.elapsed_s:
        return whole
    return f"{whole}, {formats.duration(outage.clipped_s)} in period"


def maintenance(found: Figures, formats: Formats) -> Text:
    """Return each window: its key and what it covers, when, and what it excuses or why not."""
    blocks = (_window(window, formats) for window in found.maintenance)
    return _heading(f"Maintenance, times of {found.period.timezone}", *blocks)


def _window(window: Window, formats: Formats) -> str:
    told = window.remark in (None, window.why)
    remark = "" if told else f" ({window.remark})"
    return _lines(
        GAP.join((window.key, window.kind, ", ".join(window.services))),
        f"{_span(window.starts, window.ends, formats)}, {_down(window, formats)}",
        ("valid" if window.valid else f"not valid: {window.why}") + remark,
    )


def _down(window: Window, formats: Formats) -> str:
    down = f"{formats.duration(window.down_s)} down"
    if not window.valid or window.excused_s == window.down_s:
        return down
    return f"{down}, {formats.duration(window.excused_s)} excused"


def _span(starts: datetime, ends: datetime | None, formats: Formats) -> str:
    if ends is None:
        return f"{formats.moment(starts)}, still down"
    return formats.span(starts, ends)


def _heading(title: str, *blocks: str) -> Text:
    return Text("\n").append(title, style="bold").append("".join(f"\n{block}" for block in blocks))


def _lines(*lines: str) -> str:
    return f"\n{GAP}".join(filter(None, lines))
