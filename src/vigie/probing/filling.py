"""Placeholders of settings that are no target: of the channels by which people are told."""

from vigie.errors import PlaceholderError
from vigie.probing.failure import Failed
from vigie.probing.placeholder import resolved
from vigie.probing.trace import Trace


def filled(text: str, secrets: list[str]) -> str:
    """Return *text* with its placeholders filled in, and add what they held to *secrets*.

    Raises:
        PlaceholderError: an environment variable or file is missing; names it, never its value.
    """
    trace = Trace(number=1, secrets=secrets)
    try:
        return resolved(text, trace)
    except Failed as failed:
        # It speaks of the prober; this process may be none.
        raise PlaceholderError(failed.detail.replace("the prober", "this process")) from failed
