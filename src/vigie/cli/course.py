"""What the agent is to probe, as the catalogue and the other agents leave it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from vigie import clock
from vigie.catalogue import Reference
from vigie.probing import Target

log = structlog.get_logger()


class Course:
    """The targets that are wanted, while this process leads its location; none otherwise."""

    def __init__(self, *, leads: bool | None = True) -> None:
        self.changes: asyncio.Queue[Sequence[Target]] = asyncio.Queue()
        self.leads = leads  # None: not told yet, and it is waited for
        self.since: datetime | None = None  # of the last change of that
        self._wanted: tuple[Sequence[Target], Sequence[Reference]] = ((), ())
        self._judge: Callable[[Sequence[Target], Sequence[Reference]], None] | None = None

    @property
    def targets(self) -> Sequence[Target]:
        """Return what is wanted, of every location."""
        return self._wanted[0]

    def judged(self, judge: Callable[[Sequence[Target], Sequence[Reference]], None]) -> None:
        """Have *judge* told of targets and references too, now and whenever they change."""
        self._judge = judge
        self._tell()

    def follow(self, targets: Sequence[Target], references: Sequence[Reference]) -> None:
        """Probe *targets* from now on, and judge them by *references*."""
        self._wanted = (targets, references)
        self._tell()

    def take(self, targets: Sequence[Target], references: Sequence[Reference]) -> None:
        """Follow what the database asks for, and say so."""
        log.info("catalogue: taken from the database", endpoints=len(targets))
        self.follow(targets, references)

    def lead(self, leads: bool) -> None:  # noqa: FBT001 - as it is told
        """Probe, or stand by."""
        if leads is self.leads:
            return
        self.leads, self.since = leads, clock.now()
        log.info("leader: this process probes" if leads else "leader: another process probes")
        self._tell()

    def _tell(self) -> None:
        if self._judge is None:
            return
        targets, references = self._wanted if self.leads else ((), ())
        self._judge(targets, references)
        self.changes.put_nowait(targets)
