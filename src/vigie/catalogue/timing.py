"""Whether an endpoint can be probed as often as it asks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from vigie.catalogue.model import Endpoint, Lifetime, Timing
from vigie.catalogue.scalars import duration_text

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(hours=1)
_LONGEST_TIMEOUT = timedelta(minutes=30)  # the database counts microseconds up to 35 minutes


def check_lifetime(lifetime: Lifetime) -> Iterator[tuple[str, str]]:
    """Yield each field that is wrong beside another, and why."""
    if lifetime.since and lifetime.until and lifetime.since >= lifetime.until:
        yield "until", "is not after since (write a later instant)"


def check_timing(timing: Timing) -> Iterator[tuple[str, str]]:
    """Yield each field that is out of range or wrong beside another, and why."""
    every = timing.every
    if not _SHORTEST <= every <= _LONGEST:
        yield "every", f"{duration_text(every)} is out of range (write 1s to 1h)"
    if "edge_every" in timing.model_fields_set and not _SHORTEST <= timing.edge_every <= every:
        what = f"{duration_text(timing.edge_every)} is out of range"
        yield "edge_every", f"{what} (write 1s to {duration_text(every)}, which is every)"
    yield from _attempt_rules(timing)


def check_within(endpoint: Endpoint) -> str | None:
    """Return what is wrong with the time in which *endpoint* expects its answer."""
    within: timedelta | None = getattr(getattr(endpoint, "expect", None), "within", None)
    if within is None or within <= endpoint.timeout:
        return None
    told, limit = duration_text(within), duration_text(endpoint.timeout)
    what = f"{told} is never exceeded: an attempt ends after its timeout of {limit}"
    return f"{what} (write {limit} or less, or a longer timeout)"


def _attempt_rules(timing: Timing) -> Iterable[tuple[str, str]]:
    """Yield what keeps the attempts from fitting into one slot."""
    steps = (timedelta(0), *timing.retries)
    if any(later <= earlier for earlier, later in pairwise(steps)):
        return [("retries", "do not go forward (write rising times after the slot: [2s, 10s])")]
    if timing.timeout <= timedelta(0):
        return [("timeout", "0s leaves no time to answer (write 10s)")]
    if timing.timeout > _LONGEST_TIMEOUT:
        what = f"{duration_text(timing.timeout)} is out of range (write 30m or less)"
        return [("timeout", what)]
    if timing.every < _SHORTEST or _attempts_end(steps, timing.timeout) <= timing.every:
        return []
    blamed = ("retries", "timeout") if steps[-1] >= timing.every else ("timeout", "retries")
    written = [name for name in blamed if name in timing.model_fields_set]
    return [((*written, "every")[0], _too_slow(timing, steps))]


def _attempts_end(steps: Sequence[timedelta], timeout: timedelta) -> timedelta:
    """Return when the last attempt ends if all time out: none starts before the one ahead ends."""
    end = timedelta(0)
    for step in steps:
        end = max(step, end) + timeout
    return end


def _too_slow(timing: Timing, steps: Sequence[timedelta]) -> str:
    every, timeout = timing.every, timing.timeout
    end = duration_text(_attempts_end(steps, timeout))
    what = f"the attempts may last {end}, longer than every {duration_text(every)}"
    if steps[-1] < every:
        return f"{what} (write timeout: {duration_text(_longest_timeout(steps, every))} or less)"
    if timeout <= every:
        fitting = [step for step in timing.retries if _attempts_end((step,), timeout) <= every]
        while fitting and _attempts_end((timedelta(0), *fitting), timeout) > every:
            fitting.pop()
        return f"{what} (write retries: [{', '.join(map(duration_text, fitting))}])"
    return f"{what} (write timeout: {duration_text(every / 2)} and retries: [])"


def _longest_timeout(steps: Sequence[timedelta], every: timedelta) -> timedelta:
    """Return the longest timeout with which all attempts fit, in whole seconds if there are any."""
    left = [(every - step) / (len(steps) - number) for number, step in enumerate(steps)]
    unit = timedelta(seconds=1) if min(left) >= timedelta(seconds=1) else timedelta(milliseconds=1)
    return min(left) // unit * unit
