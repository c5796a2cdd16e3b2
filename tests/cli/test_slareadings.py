"""The table of readings: whole in 80 columns, each group saying what is open."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

from rich.console import Console
from tests.reporting import samples

from vigie.cli.sla import print_figures
from vigie.reporting import Reading

YEAR = Decimal(6307)  # 0.0002 of 365 days, cut


def reading(**told: Any) -> Reading:
    base: dict[str, Any] = {
        "topic": "period",
        "ambiguity": "AMB-1",
        "clause": "LEN-01",
        "indicator": "availability",
        "reading": "month",
        "agreed": False,
        "starts": samples.START,
        "ends": samples.END,
        "percent": "99.9798",
        "used_s": Decimal(540),
        "allowed_s": YEAR,
        "verdict": "not_provable",
    }
    return Reading(**(base | told))


def printed(*readings: Reading) -> list[str]:
    shown = StringIO()
    found = replace(samples.busy(), outages=(), maintenance=(), readings=readings)
    print_figures(found, Console(file=shown, width=80, highlight=False))
    plain = shown.getvalue().translate({0xA0: " ", 0x202F: " "})
    lines = [line.rstrip() for line in plain.splitlines()]
    return lines[lines.index("The same period under other readings; ● what the contract says") :]


def test_a_group_says_what_is_open_and_marks_what_is_agreed() -> None:
    lines = printed(reading(), reading(reading="year", agreed=True, verdict="met"))

    assert [
        "",
        "Judged period (AMB-1, LEN-01)",
        "It is not said whether others are judged too. Each holds the last day asked.",
    ] == lines[1:4]
    assert [
        "month 99.9798 9 min 0 s 1 h 45 min 7 s not provable",
        "● year 99.9798 9 min 0 s 1 h 45 min 7 s met",
    ] == [" ".join(line.split()) for line in lines if "99.9798" in line]


def test_a_longest_interruption_has_no_share() -> None:
    lines = printed(
        reading(
            topic="hours",
            ambiguity="AMB-2",
            clause=None,
            indicator="longest interruption",
            reading="lengow-support-utc1",
            percent=None,
            used_s=Decimal(150 * 60),
            allowed_s=Decimal(120 * 60),
            verdict="missed",
        )
    )

    assert "Hours of an interruption (AMB-2)" in lines
    assert "lengow-support-utc1 2 h 30 min 0 s 2 h 0 min 0 s missed" == " ".join(lines[-1].split())


def test_what_is_not_promised_has_no_limit() -> None:
    lines = printed(reading(percent=None, allowed_s=None, verdict="not_applicable"))

    assert "month n/a 9 min 0 s n/a not applicable" in [" ".join(line.split()) for line in lines]


TOPICS = (
    *("corrections", "maintenance", "unknown", "period"),
    *("hours", "zone", "enforcement", "notice"),
)


def test_every_line_fits_in_80_columns() -> None:
    lines = printed(
        *(
            reading(topic=topic, reading="lengow-support-utc1", used_s=used, allowed_s=YEAR)
            for topic in TOPICS
            for used in (Decimal("6307.25"), Decimal(0))
        )
    )

    assert [] == [line for line in lines if len(line) > 80]
    assert len(TOPICS) == sum("1 h 45 min 7.25 s" in line for line in lines)


def test_nothing_is_cut_however_long_it_is() -> None:
    key = "a-calendar-with-a-rather-long-key"
    lines = printed(reading(reading=key, used_s=Decimal("359999.123456")))

    assert f"{key} 99.9798 99 h 59 min 59.123456 s 1 h 45 min 7 s not provable" == " ".join(
        lines[-1].split()
    )
