"""Following the catalogue's files: what changed is taken over without a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from vigie import catalogue, probing
from vigie.catalogue import Catalogue, FileState
from vigie.errors import CatalogueError, DatabaseError, UsageError

LOOK_S = 2.0  # between two looks at the files

log = structlog.get_logger()


class Following:
    """The catalogue in force, and what its files say since.

    Files are taken once they are the same at two looks: until then they may be half written.
    What is refused leaves the old catalogue in force, and *problems* says why.
    """

    def __init__(self, directory: Path, location: str | None = None) -> None:
        """Read the catalogue in *directory*; raises CatalogueError when it has problems."""
        self.directory = directory
        self._taken = catalogue.file_state(directory)  # before reading: later changes are new
        self._last = self._taken
        self.catalogue = catalogue.load(directory, probing.MODELS)
        self.location = only_location(self.catalogue, location)
        self.problems: tuple[str, ...] = ()
        self.then: Callable[[Catalogue], None] = lambda _: None  # called with what is in force
        self._asked = False

    def ask(self) -> None:
        """Read the files at the next look, whether they changed or not, and as they are."""
        self._asked = True

    async def run(
        self,
        apply: Callable[[Catalogue], Awaitable[None]],
        stop: asyncio.Event,
        *,
        every_s: float = LOOK_S,
    ) -> None:
        """Put each change in force by *apply* until *stop*; a database that is gone is waited for.

        *apply* raises UsageError for what it refuses, DatabaseError for what may work later.
        """
        while not stop.is_set():
            with suppress(OSError):  # a folder is being moved: it is looked at again
                await self._look(apply)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)

    async def _look(self, apply: Callable[[Catalogue], Awaitable[None]]) -> None:
        state = await asyncio.to_thread(catalogue.file_state, self.directory)
        settled, self._last = state == self._last, state
        if self._asked or (settled and state != self._taken):
            await self._take(state, apply)

    async def _take(self, state: FileState, apply: Callable[[Catalogue], Awaitable[None]]) -> None:
        try:
            found = await asyncio.to_thread(catalogue.load, self.directory, probing.MODELS)
            self._check(found)
            await apply(found)
        except CatalogueError as error:
            self._refuse(error.problems)
        except UsageError as error:
            self._refuse([str(error)])
        except DatabaseError as error:
            self._wait(str(error))
            return
        else:
            self.catalogue, self.problems = found, ()
            self.then(found)
            log.info("catalogue: read again and in force", directory=str(self.directory))
        self._taken, self._asked = state, False

    def _check(self, found: Catalogue) -> None:
        """Refuse what must be a mistake in a process that runs."""
        probes = self.directory / "probes"
        if self.catalogue.services and not found.services:
            raise UsageError(f"{probes}: no service is left (write one, or restart)")
        if self.location not in found.locations:
            raise UsageError(
                f'{probes}: no file names location "{self.location}" any more,'
                " from which this process probes (name it, or restart)"
            )

    def _refuse(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        for problem in problems:
            log.error(
                "catalogue: refused, the one before stays in force",
                problem=problem,
                do="correct the file; vigie check says the same",
            )

    def _wait(self, why: str) -> None:
        said = f"read again, but not in force yet: {why}"
        if self.problems != (said,):
            log.warning(
                "catalogue: waiting for the database",
                why=why,
                do="start the database; the change follows by itself",
            )
        self.problems = (said,)
        self._asked = True


def only_location(found: Catalogue, asked: str | None) -> str:
    """Return the location to probe from: the one *asked* for, or the only one there is."""
    known = ", ".join(found.locations)
    if asked is None and len(found.locations) > 1:
        raise UsageError(f"the catalogue names locations {known} (write --location with one)")
    if asked is not None and asked not in found.locations:
        raise UsageError(f'--location: the catalogue has no "{asked}" (write one of {known})')
    return asked or found.locations[0]
