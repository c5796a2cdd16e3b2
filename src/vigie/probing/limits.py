"""What is expected of every kind's answer: how long it took, and how long the certificate lasts."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field

from vigie.catalogue import Duration, Model, duration_text
from vigie.probing.checked import tell
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import Trace


class Limits(Model):
    """What is expected of the attempt as a whole; each kind adds what its answers can be like."""

    within: Duration | None = None  # the whole attempt
    certificate_days: int | None = Field(None, ge=1, le=3650)  # the certificate lasts so long


def check_limits(expect: Limits, trace: Trace, now: datetime) -> None:
    """Raise Failed for the first limit that the attempt so far does not keep; tell of each."""

    def check_one(one: Model) -> None:
        assert isinstance(one, Limits)
        check(one, trace, now)

    tell(expect, check_one, trace, lambda: came_of(trace, now), {})
    check_one(expect)


def check(expect: Limits, trace: Trace, now: datetime) -> None:
    """Raise Failed for the first limit that the attempt so far does not keep."""
    check_certificate(expect.certificate_days, trace, now)
    check_time(expect.within, trace)


def came_of(trace: Trace, now: datetime) -> Mapping[str, str]:
    """Return what came, by the name of the expectation."""
    expires = trace.certificate_expires
    return {
        "within": f"{trace.elapsed_us() // 1000} ms",
        "certificate_days": f"{(expires - now).days} days" if expires else "no certificate",
    }


def check_certificate(least: int | None, trace: Trace, now: datetime) -> None:
    """Raise Failed when the certificate that was seen ends in less than *least* days.

    Where none was seen, because a placeholder stands for an `http://` URL, nothing can be told.
    """
    if least is None:
        return
    expires = trace.certificate_expires
    if expires is None:
        what = f"there was no certificate with an end, expected one of at least {least} days"
        raise Failed(Reason.INTERNAL, what)
    days = (expires - now).days
    if days < least:
        raise Failed(
            Reason.CERTIFICATE_DAYS,
            f"the certificate ends on {expires:%Y-%m-%d}, in {days} days,"
            f" expected at least {least}",
        )


def check_time(within: timedelta | None, trace: Trace) -> None:
    """Raise Failed when the attempt has taken longer than *within*."""
    if within is None:
        return
    # Through whole microseconds: a float would move the border.
    elapsed_us, limit_us = trace.elapsed_us(), within // timedelta(microseconds=1)
    if elapsed_us > limit_us:
        raise Failed(
            Reason.SLOW,
            f"took {elapsed_us // 1000} ms, expected within {duration_text(within)}",
        )
