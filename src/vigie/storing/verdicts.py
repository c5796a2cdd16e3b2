"""For which contracts a window excuses nothing, told as it is recorded."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import asyncpg

from vigie.storing.queries import query
from vigie.storing.window import NOTHING, Recorded

_MOST = 8  # contracts that a remark names


async def judged(
    connection: asyncpg.Connection, recorded: Sequence[Recorded]
) -> tuple[Recorded, ...]:
    """Return new windows with a remark per reason why they excuse nothing for some contracts.

    An enforced cap is not asked: it depends on what is still to be measured.
    """
    # What excuses nothing by its own remark does so for every contract.
    keys = [one.key for one in recorded if not any(map(_says_so, one.remarks))]
    remarks = defaultdict(list)
    for row in await connection.fetch(query("judge_recorded"), keys):
        remarks[row["key"]].append(f"{NOTHING} for {_named(row['contracts'])}: {row['why']}")
    return tuple(replace(one, remarks=(*one.remarks, *remarks[one.key])) for one in recorded)


def _says_so(remark: str) -> bool:
    return remark.endswith(NOTHING)


def _named(contracts: Sequence[str]) -> str:
    more = len(contracts) - _MOST
    return ", ".join(contracts[:_MOST]) + (f" and {more:,} more" if more > 0 else "")
