"""Regular expressions against hostile text, bounded in time.

A pattern like `(a+)+$` takes longer than the age of the universe on the wrong text. Python's
matcher cannot be given a limit, but it stops for signals, so an alarm ends it.
"""

import re
import signal
import threading
from functools import lru_cache
from types import FrameType

from vigie.catalogue import refusal, shown
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

SECONDS = 0.1  # of our own work: on a busy machine an easy pattern must not seem a hard one


class _TooLongError(Exception):
    pass


def is_pattern(text: str) -> bool:
    """Tell whether *text* is written as a `/regular expression/`."""
    return len(text) > len("//") and text.startswith("/") and text.endswith("/")


def regular_expression(value: object) -> str:
    """Return *value*, a regular expression of the catalogue, when it is one."""
    try:
        return re.compile(str(value)).pattern
    except (re.error, RecursionError, OverflowError) as error:
        what = f"{shown(value)} is not a regular expression: {error}"
        raise refusal(what, r'"ok|ready"') from None


@lru_cache(maxsize=4096)
def compiled(text: str) -> re.Pattern[str]:
    """Return the regular expression *text*, ready to be searched for."""
    return re.compile(text)


def found(pattern: re.Pattern[str], text: str, *, seconds: float = SECONDS) -> bool:
    """Tell whether *pattern* occurs in *text*; raises Failed as `search` does."""
    return search(pattern, text, seconds=seconds) is not None


def search(
    pattern: re.Pattern[str], text: str, *, seconds: float = SECONDS
) -> re.Match[str] | None:
    """Return where *pattern* occurs first in *text*.

    Raises:
        Failed: it took too long to tell (unknown).
    """
    if threading.current_thread() is not threading.main_thread():
        raise Failed(Reason.INTERNAL, "regular expressions are matched in the main thread only")
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            return pattern.search(text)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TooLongError as error:
        why = f"the pattern {pattern.pattern} took over {SECONDS} s (write a simpler one)"
        raise Failed(Reason.INTERNAL, why) from error
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _TooLongError
