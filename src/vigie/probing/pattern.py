"""Regular expressions against hostile text, bounded in time.

A pattern like `(a+)+$` takes longer than the age of the universe on the wrong text. Python's
matcher cannot be given a limit, but it stops for signals, so an alarm ends it.
"""

import re
import signal
import threading
from types import FrameType

from vigie.probing.failure import Failed
from vigie.probing.result import Reason

SECONDS = 0.1


class _TooLongError(Exception):
    pass


def found(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether *pattern* occurs in *text*.

    Raises:
        Failed: it took too long to tell (unknown).
    """
    if threading.current_thread() is not threading.main_thread():
        raise Failed(Reason.INTERNAL, "regular expressions are matched in the main thread only")
    before = signal.signal(signal.SIGALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            return pattern.search(text) is not None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooLongError as error:
        why = f"the pattern {pattern.pattern} took over {SECONDS} s (write a simpler one)"
        raise Failed(Reason.INTERNAL, why) from error
    finally:
        signal.signal(signal.SIGALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _TooLongError
