"""The text of which the digest of raw results is."""

from collections.abc import Iterable
from hashlib import sha256

from vigie.reporting.figures.evidencerecords import ResultsDay


def digest(content: bytes) -> str:
    """Return the SHA-256 of *content* in hex."""
    return sha256(content).hexdigest()


def results_text(days: Iterable[ResultsDay]) -> bytes:
    """Return the text of which sla.results_digest gives the SHA-256."""
    return "".join(map(_results_line, days)).encode()


def _results_line(day: ResultsDay) -> str:
    return f"{day.sha256}  {day.endpoint} {day.day} {day.results} {day.covers}\n"
