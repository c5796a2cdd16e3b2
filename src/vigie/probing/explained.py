"""One slot of one endpoint, probed now, with everything that can be told of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from vigie import clock
from vigie.catalogue import Endpoint, Model
from vigie.probing.attempt import run_slot
from vigie.probing.checked import Checked, listening, singled
from vigie.probing.kinds import kind_of
from vigie.probing.result import Attempt, Outcome, Result
from vigie.probing.target import Target

NOWHERE = "here"  # the location of a result that is not kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A result, and the expectations of each of its attempts."""

    result: Result
    checked: tuple[tuple[Checked, ...], ...]


async def explain(target: Target) -> Explained:
    """Probe *target* now, with its retries, and return all that came; nothing is stored."""
    endpoint, kind = target.endpoint, kind_of(target.endpoint)
    told: dict[int, Sequence[Checked]] = {}

    async def probe(number: int) -> Attempt:
        with listening() as told[number]:
            return await kind.probe(endpoint, number=number, allow=target.allow)

    now = clock.now()
    result = await run_slot(
        endpoint,
        now,
        location=NOWHERE,
        until=now + endpoint.every,
        probe=probe,
        gate=asyncio.Semaphore(1),
    )
    checked = (told.get(it.number) or _untold(endpoint, it.outcome) for it in result.attempts)
    return Explained(result=result, checked=tuple(map(tuple, checked)))


def _untold(endpoint: Endpoint, outcome: Outcome) -> Sequence[Checked]:
    """Return the expectations of an attempt that told of none: all are met only where it is up."""
    expect = getattr(endpoint, "expect", None)
    if not isinstance(expect, Model):
        return ()
    passed, came = (True, "as asked") if outcome is Outcome.UP else (None, None)
    return [
        Checked(name=name, asked=asked, came=came, passed=passed)
        for name, asked, _ in singled(expect)
    ]
