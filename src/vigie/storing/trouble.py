"""Something that fails for a while is said twice: when it begins and when it is over."""

from typing import Any

import structlog
from asyncpg import exceptions as pg

# What a connection raises while the server is gone, restarts, or dies in the middle of a query.
DATABASE_TROUBLE = (
    OSError,
    TimeoutError,
    pg.InterfaceError,
    pg.InternalClientError,
    pg.PostgresError,
)

log = structlog.get_logger()


class Trouble:
    """Logs the first failure of a row of failures, and the first success after it."""

    def __init__(self, failing: str, over: str, *, do: str) -> None:
        self.failures = 0  # in a row, until now
        self._failing = failing
        self._over = over
        self._do = do

    def failed(self, **why: Any) -> None:  # noqa: ANN401 - what structlog takes
        """Count a failure."""
        self.failures += 1
        if self.failures == 1:
            log.error(self._failing, **why, do=self._do)

    def worked(self) -> None:
        """End the row of failures, if there was one."""
        if self.failures:
            log.info(self._over, failures=self.failures)
        self.failures = 0
