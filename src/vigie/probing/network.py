"""Whether our own network works: asks the references, which others keep up.

Our network is down when two unrelated references fail together. One that fails alone changes
nothing, and one that cannot be asked at all (its address is refused here) counts neither way.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

import structlog

from vigie import clock
from vigie.catalogue import UNRELATED, Reference
from vigie.probing.failure import Failed
from vigie.probing.reach import reach
from vigie.probing.request import ascii_host
from vigie.probing.result import BlindEdge, Reason
from vigie.probing.trace import Trace

SECONDS = 5.0  # to accept a connection, names resolved
KEEP_S = 10.0  # how long an answer serves
PAUSE_S = 0.5  # between two rounds: the references belong to others
RECHECK_S = 5.0  # while blind
NOT_ASKED = frozenset({Reason.ADDRESS_REFUSED, Reason.INTERNAL})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How one reference answered."""

    reference: Reference
    reason: Reason | None  # None: it accepted
    address: str | None  # that was asked; None: its name was not found

    @property
    def failed(self) -> bool:
        """Whether it speaks against our network."""
        return self.reason is not None and self.reason not in NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one round of questions said."""

    asked: float  # when it began, by the loop's clock
    at: datetime  # when it began, aware UTC
    blind: bool
    failed: tuple[str, ...]  # keys of the references that did not accept, as far as it was known
    nameless: tuple[str, ...]  # keys of those with a name, when our resolver found none of them

    @property
    def why(self) -> str:
        """Return what makes us blind, in words; nothing when we see."""
        return f"references that failed: {', '.join(self.failed)}" if self.blind else ""


class Network:
    """The network of one location, as its references show it."""

    def __init__(self, *, location: str, tell: Callable[[BlindEdge], None]) -> None:
        self.location = location
        self.references: tuple[Reference, ...] = ()
        self.saw_again = 0.0  # when it last recovered, by the loop's clock
        self._tell = tell
        self._blind_since: datetime | None = None
        self._answer: Answer | None = None
        self._asking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._refused: set[str] = set()

    async def answer(self, since: float) -> Answer:
        """Return what the references said when asked at *since* (loop's clock) or later.

        Whoever asks at the same time shares one round.
        """
        while self._answer is None or self._answer.asked < since:
            await asyncio.shield(self._ask())
        return self._answer

    def suspect(self) -> None:
        """See to it that the references are asked now, unless they just were."""
        loop = asyncio.get_running_loop()
        if self._answer is None or self._answer.asked < loop.time() - KEEP_S:
            self._ask()

    async def close(self) -> None:
        """End what is under way."""
        tasks = [task for task in (self._watching, self._asking) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self) -> asyncio.Task[None]:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._round())
        return self._asking

    async def _round(self) -> None:
        loop = asyncio.get_running_loop()
        if self._answer:
            await asyncio.sleep(self._answer.asked + PAUSE_S - loop.time())
        began, at = loop.time(), clock.now()
        asked = await ask_all(self.references)
        self._say_refused(asked)
        before, self._answer = self._answer, conclude(asked, began, at)
        self._turn(before, self._answer)

    def _turn(self, before: Answer | None, answer: Answer) -> None:
        """Tell when we go blind and when we see again.

        The first answer is told whatever it is: it ends what a killed process left open.
        """
        if before and before.blind == answer.blind:
            return
        self._tell(
            BlindEdge(location=self.location, at=answer.at, blind=answer.blind, why=answer.why)
        )
        if answer.blind:
            log.warning(
                "network: we are blind",
                location=self.location,
                failed=answer.failed,
                do="look at this machine's network; what fails meanwhile is unknown",
            )
            self._blind_since = answer.at
            # One goes on where we saw for a moment between two of its looks.
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
        elif before:
            log.info("network: we see again", location=self.location, since=str(self._blind_since))
            self.saw_again = answer.asked

    async def _watch(self) -> None:
        """Ask again and again until we see: no target may be down to ask for it."""
        blind = True
        while blind:
            await asyncio.sleep(RECHECK_S)
            blind = (await self.answer(asyncio.get_running_loop().time())).blind

    def _say_refused(self, asked: Iterable[Asked]) -> None:
        for it in asked:
            if it.reason in NOT_ASKED and it.reference.key not in self._refused:
                self._refused.add(it.reference.key)
                log.warning(
                    "network: a reference cannot be asked",
                    reference=it.reference.key,
                    do="allow its address: loopback, private; until then it tells nothing",
                )


async def ask_all(references: Sequence[Reference]) -> list[Asked]:
    """Ask all at once, and return when the answers that are still to come change nothing."""
    tasks = [asyncio.create_task(_ask(reference)) for reference in references]
    asked: list[Asked] = []
    try:
        for answer in asyncio.as_completed(tasks):
            asked.append(await answer)
            if _is_settled(asked, references):
                break
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return asked


async def _ask(reference: Reference) -> Asked:
    trace, reason = Trace(number=1, limit=timedelta(seconds=SECONDS)), None
    try:
        async with asyncio.timeout(SECONDS):
            host = ascii_host(reference.host)
            (await reach(host, reference.port, reference.allow, trace)).close()
    except Failed as failure:
        reason = failure.reason
    except TimeoutError:
        reason = Reason.CONNECT_TIMEOUT
    except Exception:  # noqa: BLE001 - a defect of ours says nothing of the network
        reason = Reason.INTERNAL
    return Asked(reference=reference, reason=reason, address=trace.address)


def conclude(asked: Sequence[Asked], began: float, at: datetime) -> Answer:
    """Return what the answers of one round say together."""
    failed = [it for it in asked if it.failed]
    named = [
        it for it in asked if it.reason not in NOT_ASKED and not _is_address(it.reference.host)
    ]
    return Answer(
        asked=began,
        at=at,
        blind=_unrelated(failed) >= UNRELATED,
        failed=tuple(sorted(it.reference.key for it in failed)),
        nameless=()
        if any(it.address for it in named)
        else tuple(sorted(it.reference.key for it in named)),
    )


def _is_settled(asked: Sequence[Asked], references: Sequence[Reference]) -> bool:
    """Tell whether neither the network nor the resolver can still be judged otherwise."""
    failed = [it for it in asked if it.failed]
    answered = {it.reference.key for it in asked}
    open_ = [it for it in references if it.key not in answered]
    hosts = {it.reference.host for it in failed} | {it.host for it in open_}
    resolves = any(it.address for it in asked if not _is_address(it.reference.host))
    named = resolves or all(_is_address(it.host) for it in open_)
    return _unrelated(failed) >= UNRELATED or (len(hosts) < UNRELATED and named)


def _unrelated(failed: Sequence[Asked]) -> int:
    """Return how many of *failed* share neither name nor address with another."""
    hosts = {it.reference.host for it in failed}
    return min(len(hosts), len({it.address or it.reference.host for it in failed}))


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(host))
    return False
