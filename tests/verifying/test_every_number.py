"""Every number that a report carries, forged by itself: caught by the others, or named here."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.verifying.reports import NOW, NOWHERE, failing, month

from vigie.reporting import Figures, make_pdf
from vigie.verifying.attributed import attributed
from vigie.verifying.budgets import budgets
from vigie.verifying.complete import complete
from vigie.verifying.enforced import ruled
from vigie.verifying.further import further
from vigie.verifying.lists import origins, rows
from vigie.verifying.numbers import recomputed, totals
from vigie.verifying.outlooks import outlooks
from vigie.verifying.periods import placed, zoned
from vigie.verifying.probed import probed
from vigie.verifying.windows import windows
from vigie.verifying.worked import worked

CHECKS = (
    *(recomputed, totals, rows, origins, further, budgets, outlooks, worked, ruled),
    *(complete, attributed, windows, probed, zoned, lambda figures: placed(figures.period, NOW)),
)
NUMBER = re.compile(r"\d+(\.\d+)?|\d+x\d+( \d+x\d+)*")
# What no other number of the file gives: only the database can tell.
DATABASE_ONLY = {
    # of the contract, of its calendars, of how it was probed
    "contract.crisis_customers",
    "contract.crisis_longer_than_s",
    "contract.join_within_s",
    "contract.outside_hours[].weekdays[]",
    "contract.version_from",
    "evidence.hours[].ends",  # where no outage was
    "evidence.hours[].starts",
    "evidence.working_days[]",  # that decides no notice
    "probes[].every_s",
    "sla_version",
    # measured: when a probe failed first and last, and what was down inside a window
    "outages[].certain_s",
    "outages[].possible_s",
    "evidence.parts[].high_down_s",  # by a second, which four decimals do not show
    "evidence.parts[].high_up_s",
    "evidence.parts[].low_down_s",
    "evidence.parts[].low_up_s",
    "contents.without[].committed_s",
    "maintenance[].down_s",
    "maintenance[].cap_used_s",
    "period.as_of",
    # of months before the period: their marks and percentages are computed of them
    "contents.kept[].limit_s",
    "contents.kept[].worst_limit_s",
    "contents.kept[].worst_s",
    "contents.outlooks[].unmeasured_s",  # of the longer periods
    "contents.outlooks[].versions",
    # written by people, or when something happened
    "contents.ahead[].announced_at",
    "contents.ahead[].ends",
    "contents.ahead[].starts",
    "contents.corrections[].recorded",
    "contents.crises[].acknowledged",
    "contents.crises[].customers",
    "contents.crises[].dissolved",
    "contents.crises[].relapses",
    "contents.crises[].staffed",
    "contents.crises[].told[].delivered",
    "contents.crises[].told[].sent",
    "contents.crises[].updates",
    "contents.measures[].done",
    "contents.measures[].due",
    "maintenance[].announced_at",
    "maintenance[].ends",
    "maintenance[].recorded_at",
    "maintenance[].starts",
}


def numbers_of(value: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield place, steps that lead to it, and a forged value of every number in a record."""
    if is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            for at, steps, forged in numbers_of(inner, f"{place}.{field.name}"):
                yield at, (field.name, *steps), forged
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            for at, steps, forged in numbers_of(one, f"{place}[{number}]"):
                yield at, (number, *steps), forged
    elif (forged := another(value)) is not None:
        yield place, (), forged


def another(value: object) -> object:
    """Return the number with another last digit; None where it is none."""
    match value:
        case bool():
            return None
        case int() | Decimal():
            return value + 1
        case datetime():
            return value + timedelta(seconds=1)
        case date():
            return value + timedelta(days=1)
        case str() if NUMBER.fullmatch(value):
            return value[:-1] + str((int(value[-1]) + 1) % 10)
    return None


def with_another(value: Any, steps: tuple[Any, ...], forged: object) -> Any:
    if not steps:
        return forged
    step, *rest = steps
    if isinstance(step, str):
        inner = with_another(getattr(value, step), tuple(rest), forged)
        return replace(value, **{step: inner})
    inner = with_another(value[step], tuple(rest), forged)
    return (*value[:step], inner, *value[step + 1 :])


# What may honestly be empty, and nothing else in the file says that it was not.
MAY_BE_EMPTY = {
    "contents.ahead",
    "contents.crises",
    "contents.crises[].services",
    "contents.crises[].told",
    "contents.gaps",
    "contents.measures",
    "contract.outside_hours",
    "contract.outside_hours[].weekdays",
    "probes[].locations",
    "probes[].retries",
}
# What may honestly have a row less: one that decides no figure.
MAY_BE_SHORTER = MAY_BE_EMPTY | {
    "contents.corrections",
    "evidence.hours",  # where no outage was
    "evidence.working_days",
    "maintenance",  # a window that excused nothing
}


def lists_of(
    value: Any, place: str, steps: tuple[Any, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """Yield place, steps that lead to it, and rows of every list that holds something."""
    if is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            yield from lists_of(inner, f"{place}.{field.name}", (*steps, field.name))
    elif isinstance(value, tuple) and value:
        yield place, steps, value
        for number, one in enumerate(value):
            yield from lists_of(one, f"{place}[{number}]", (*steps, number))


def kind_of(place: str) -> str:
    return re.sub(r"\[\d+\]", "[]", place).removeprefix("figures.")


def unseen(figures: Figures) -> Iterator[str]:
    """Yield each number whose forgery contradicts nothing."""
    for place, steps, forged in numbers_of(figures, "figures"):
        if not doubts(with_another(figures, steps, forged)):
            yield place


def test_every_forged_number_is_caught_but_those_that_only_the_database_knows() -> None:
    assert sorted(DATABASE_ONLY) == sorted({kind_of(place) for place in unseen(month())})


def doubts(figures: Figures) -> list[str]:
    return [problem for check in CHECKS for problem in check(figures)]


def test_every_list_that_is_taken_out_is_missed_but_those_that_may_be_empty() -> None:
    whole = month()
    unmissed = {
        kind_of(place)
        for place, steps, _ in lists_of(whole, "figures")
        if not doubts(with_another(whole, steps, ()))
    }

    assert sorted(MAY_BE_EMPTY) == sorted(unmissed)


def test_every_row_that_is_taken_out_is_missed_but_those_of_such_lists() -> None:
    whole = month()
    unmissed = {
        kind_of(place)
        for place, steps, listed in lists_of(whole, "figures")
        for number in range(len(listed))
        if not doubts(with_another(whole, steps, (*listed[:number], *listed[number + 1 :])))
    }

    assert sorted(MAY_BE_SHORTER) == sorted(unmissed)


def test_a_forged_report_that_was_drawn_again_is_caught_by_its_numbers(tmp_path: Path) -> None:
    figures = month()
    rosier = replace(figures, availability=replace(figures.availability, percent="99.9898"))

    found = failing(make_pdf(rosier, directory=NOWHERE, now=NOW, language="en"), tmp_path)

    assert {"arithmetic"} == set(found)


def extremes(value: object) -> tuple[object, ...]:
    match value:
        case int():
            return (-1, 10**9)
        case Decimal():
            return (Decimal("-9e9"), Decimal("9e9"), Decimal("1e-12"))
        case datetime():
            return (value.replace(year=1990), value.replace(year=2199))
        case date():
            return (value.replace(year=1990), value.replace(year=2199))
    return ("", "9" * 99)


def test_no_number_however_wild_breaks_a_check() -> None:
    figures = month()
    first = {kind_of(place): (steps, forged) for place, steps, forged in numbers_of(figures, "f")}
    for steps, forged in first.values():
        for wild in extremes(forged):
            found = with_another(figures, steps, wild)
            assert all(isinstance(one, str) for check in CHECKS for one in check(found))
