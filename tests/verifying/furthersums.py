"""The further pages of May 2026 as they add up with its figures, and what stands behind them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reporting import furthersamples, samples

from vigie.reporting import Answers, Contents, Hours, Kept, Outlook

MAY = date(2026, 5, 1)
WHOLE = 31 * 86400
MARCH = 3
# Monday to Friday, from the first announcement to the window of June; the 14th is none here.
WORKED = [(5, d) for d in (12, 13, 14, 15, 18, 19, 20, 21, 22, 25, 26, 27, 28, 29)]
WORKED += [(6, d) for d in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16)]


def kept(scope: str, down: int, mark: str, percent: str, *, planned: int = 0) -> Kept:
    """Return how a scope kept May: its budget is 0.0002 of what was committed."""
    committed = WHOLE - planned
    return Kept(
        scope=scope,
        indicator="availability",
        month=MAY,
        mark=mark,
        percent=percent,
        up_s=Decimal(committed - down),
        down_s=Decimal(down),
        committed_s=Decimal(committed),
        used_s=Decimal(down),
        limit_s=Decimal(committed) * 2 / 10000,
        worst_s=Decimal(down),
        worst_limit_s=Decimal(committed) * 2 / 10000,
    )


def earlier(
    number: int, days: int, down: int, mark: str, percent: str, than: str | None = None
) -> Kept:
    """Return a month before, of which nothing else is carried: its budget is 0.0002 of it."""
    committed = days * 86400 - (3600 if number == MARCH else 0)  # the clocks go forward
    return replace(
        kept("solution", down, mark, percent),
        month=date(2026, number, 1),
        than_before=than,
        up_s=Decimal(committed - down),
        committed_s=Decimal(committed),
        limit_s=Decimal(committed) * 2 / 10000,
        worst_limit_s=Decimal(committed) * 2 / 10000,
    )


def before() -> tuple[Kept, ...]:
    """Return the months since the contract began: 1080 s down, and 600 s in April."""
    return (
        earlier(1, 31, 360, "met", "99.9865"),  # 360 of 2678400 s are 0.01344… %
        earlier(2, 28, 360, "met", "99.9851", "lower"),  # of 2419200 s: 0.01488… %
        earlier(MARCH, 31, 360, "met", "99.9865", "higher"),  # of 2674800 s: 0.01345… %
        earlier(4, 30, 600, "missed", "99.9768", "lower"),  # of 2592000 s: 0.02314… %
    )


def longest(of: Kept) -> Kept:
    """Return that no interruption of a month came near two hours."""
    return replace(
        of,
        indicator="longest interruption",
        mark="met",
        percent=None,
        than_before=None,
        used_s=Decimal(0),
        limit_s=Decimal(7200),
        worst_s=Decimal(0),
        worst_limit_s=Decimal(7200),
    )


def outlooks() -> tuple[Outlook, ...]:
    """Return May, overdrawn, its quarter with 600 s of April, which will be, and its year."""
    month, quarter, year = furthersamples.outlooks()
    paced: dict[str, Any] = {
        "unmeasured_s": Decimal(0),
        "pace_up_s": Decimal(13_039_380),
        "pace_down_s": Decimal(2220),
    }
    return (
        replace(
            month,
            up_s=Decimal(2676660),
            down_s=Decimal(540),
            promised_to_come_s=Decimal(0),
            **paced,
        ),
        # 0.0002 of 7861200 s; 1140 of them are 72.508 %. 2220 * 2592000 / 13041600 = 441.2 s come:
        # the 432.24 that are left last 432.24 / 441.22… of the 2592000 s, 29 d 9 h 20 min 34 s.
        replace(
            quarter,
            up_s=Decimal(5268060),
            down_s=Decimal(1140),
            promised_to_come_s=quarter.to_come_s,
            comes_until=quarter.ends,
            **paced,
        ),
        # 151 days without an hour are over, 214 with one to come; 0.0002 of 31534800 s.
        # 2220 of 13041600 s down; 2220 + 2220 * 18493200 / 13041600 = 5367.99…
        replace(
            year,
            up_s=Decimal(13_039_380),
            down_s=Decimal(2220),
            to_come_s=Decimal(18_493_200),
            promised_to_come_s=Decimal(18_493_200),
            comes_until=year.ends,
            **paced,
        ),
    )


def contents() -> Contents:
    """Return pages on which there is something of everything, and all of it adds up."""
    base = furthersamples.busy()
    own = kept("solution", 540, "missed", "99.9798", planned=1200)
    own = replace(own, than_before="higher")
    agreed, corrected, excluded = base.without
    [window] = base.ahead
    first, second = furthersamples.latencies()[:2]
    return replace(
        base,
        kept=(
            *before(),
            own,
            *map(longest, (*before(), own)),
            kept("api", 420, "at_risk", "99.9843", planned=1200),
            kept("crawler", 0, "met", "100"),
            kept("orders", 240, "met", "99.9910"),
        ),
        spells=tuple(one for one in base.spells if one.kind != "unknown"),
        outlooks=outlooks(),
        # Buckets end at 2 ** (121 / 8), (141 / 8) and (161 / 8) microseconds.
        latencies=(
            replace(first, p50_ms=LOW, p95_ms=LOW, p99_ms=LOW),
            replace(second, results=100, p50_ms=MIDDLE, p95_ms=MIDDLE, p99_ms=HIGH),
        ),
        without=(
            replace(agreed, committed_s=Decimal(2677200)),
            replace(corrected, committed_s=Decimal(2677800)),
            replace(excluded, committed_s=Decimal(2678400)),
        ),
        ahead=(replace(window, notice_days=12),),  # 29 May, ten days of June, the 15th
    )


LOW, MIDDLE, HIGH = Decimal("35.7"), Decimal("202.1"), Decimal("1143.5")


def behind() -> dict[str, Any]:
    """Return the evidence of these pages besides seconds and digests."""
    return {
        "hours": (
            Hours(starts=samples.at(3, "9:0:0"), ends=samples.at(3, "12:30:0")),
            Hours(starts=samples.at(4, "9:0:0"), ends=samples.at(4, "12:30:0")),
        ),
        "notice_timezone": "Europe/Paris",
        "working_days": tuple(date(2026, month, day) for month, day in WORKED),
        "answers": (
            Answers(day=date(2026, 5, 1), cells="120x2880"),
            Answers(day=date(2026, 5, 2), cells="120x10 140x85 160x5"),
        ),
    }
