"""How a process that keeps running says what happens."""

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog


def set_up(chosen: Literal["json", "text"] | None = None) -> None:
    """Send log lines to stderr; if nothing is *chosen*, text on a terminal, else JSON."""
    text = sys.stderr.isatty() if chosen is None else chosen == "text"
    shared = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    )
    shown = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if text
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Steady(sys.stderr))),
    )
    # Libraries, and the few modules that only warn, use the standard loggers.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=shown, foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _Steady:
    """Lets a line go that cannot be written: a log on the disk that is full must end nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def quiet() -> None:
    """Say only what went wrong: a live table owns the screen."""
    set_up()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger().setLevel(logging.ERROR)
