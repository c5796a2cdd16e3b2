"""A result that says down is judged before it is recorded: it may be us.

Where the references show that our network is down, the result is unknown; so it is when our
resolver denies every name. The attempts stay as they were, and one more says why.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import structlog

from vigie import clock
from vigie.catalogue import Reference, are_enough
from vigie.probing.attempt import doubted
from vigie.probing.network import KEEP_S, Answer, Network
from vigie.probing.result import BlindEdge, Outcome, Reason, Result
from vigie.probing.target import Target

WINDOW = timedelta(seconds=60)
MANY = 20  # targets, from which on a failure of most of them is looked at twice
OURS = frozenset({Reason.NETWORK, Reason.DNS_FAILED})  # what alone shows that it may be us

log = structlog.get_logger()


class Judge:
    """Decides whether a target that failed was down, or we could not tell.

    *tell* gets both edges of each span in which *location* is blind. Close it after use.
    """

    def __init__(self, *, location: str, tell: Callable[[BlindEdge], None]) -> None:
        self._network = Network(location=location, tell=tell)
        self._mass = MassFailure([])
        self._warned = False

    def follow(self, targets: Iterable[Target], references: Sequence[Reference]) -> None:
        """Judge *targets* from now on, by *references*; those of other locations are left out."""
        place = self._network.location
        here = [it for it in targets if not it.endpoint.locations or place in it.endpoint.locations]
        self._mass = MassFailure(here)
        self._network.references = tuple(references)
        if are_enough(references):
            self._network.suspect()

    async def aclose(self) -> None:
        """End what is under way; no edge is told after it."""
        await self._network.close()

    async def __call__(self, result: Result, *, again: bool) -> Result:
        """Return *result*, unknown where it was us; *again*: the slot before was down as well.

        Cancelling it ends it at once, with a result: unknown.
        """
        if result.outcome is Outcome.UNKNOWN:
            if result.reason in OURS and are_enough(self._network.references):
                self._network.suspect()
            return result
        many = self._mass.failed(result.endpoint, result.at)
        if not are_enough(self._network.references):
            self._warn(many)
            return result
        try:
            return await self._judge(result, again=again, many=many)
        except asyncio.CancelledError:
            return doubted(result, Reason.DEADLINE, "the prober was stopped")
        except Exception as error:  # noqa: BLE001 - a defect of ours must never read as an outage
            return doubted(result, Reason.INTERNAL, f"{type(error).__name__}: {error}")

    async def _judge(self, result: Result, *, again: bool, many: bool) -> Result:
        now = asyncio.get_running_loop().time()
        age = (clock.now() - result.attempts[0].started).total_seconds()
        began = now - max(age, 0)
        # An answer from before it began to fail says nothing of it; nor does one from before a
        # failure of most targets was seen.
        since = now if many else now - KEEP_S if again else max(began, now - KEEP_S)
        answer = await self._network.answer(since)
        return _with(result, answer, was_blind=began < self._network.saw_again)

    def _warn(self, many: bool) -> None:  # noqa: FBT001 - it is what it is told
        if many and not self._warned:
            self._warned = True
            log.warning(
                "most targets fail at once, and no references tell whether it is us",
                do="write references: in a file of probes/",
            )


class MassFailure:
    """Sees when more than half of many targets fail within a minute of slots."""

    def __init__(self, targets: Iterable[Target]) -> None:
        # A target probed every 5 minutes is due in one of five of these minutes.
        self._due = round(sum(min(1, WINDOW / it.endpoint.every) for it in targets))
        self._failed: dict[str, datetime] = {}  # newest slot by key, in the order they came

    def failed(self, key: str, at: datetime) -> bool:
        """Take in that the slot *at* of *key* failed; tell whether most targets did."""
        self._failed.pop(key, None)
        self._failed[key] = at
        while self._failed[first := next(iter(self._failed))] <= at - WINDOW:
            del self._failed[first]
        return self._due >= MANY and 2 * len(self._failed) > self._due


def _with(result: Result, answer: Answer, *, was_blind: bool) -> Result:
    if answer.blind:
        return doubted(result, Reason.NETWORK, f"our network is down; {answer.why}")
    if was_blind:
        return doubted(result, Reason.NETWORK, "our network was down when it began to fail")
    if result.reason is Reason.DNS_NOT_FOUND and answer.nameless:
        names = ", ".join(answer.nameless)
        return doubted(result, Reason.DNS_FAILED, f"our resolver finds no reference: {names}")
    return result
