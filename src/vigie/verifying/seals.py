"""The seal of a report, where it has one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from vigie import reporting, settings
from vigie.errors import ReportError, SettingError
from vigie.reporting import Made, Seal, Written
from vigie.verifying.checks import Check
from vigie.verifying.container import Container

APART = timedelta(minutes=5)  # by which the clocks of honest people may differ


async def check_seal(file: Container, made: Made | Written) -> Check:
    """Return whether the seals are intact, cover the whole file and are of somebody trusted.

    A missing seal was taken away where the report says that it is sealed (*made*); otherwise one
    was added. Where nobody is named as trusted it is not told whether it holds; whoever names
    somebody expects a seal, and is told of a report without one. Raises SettingError where whom to
    trust cannot be read: that says nothing of the file.
    """
    if not file.signatures:
        return _missing(is_claimed=made.sealed)
    try:
        found = await reporting.verify_seal(file.content, settings.signing())
        return _told(found, made.made_at, is_claimed=made.sealed)
    except SettingError:
        raise
    except ReportError as error:
        return Check(name="seal", holds=False, says=str(error))


def _missing(*, is_claimed: bool) -> Check:
    if is_claimed:
        return Check(name="seal", holds=False, says="the report says that it is sealed, and is not")
    says = "none: nobody vouches for who made the report"
    if settings.signing().roots:
        says += ", and VIGIE_SIGN_ROOTS names who should"
        return Check(name="seal", holds=None, says=says)
    return Check(name="seal", holds=None, says=says, is_due=False)


def _told(seals: Sequence[Seal], made_at: datetime, *, is_claimed: bool) -> Check:
    says = [", ".join([f"by {seal.signer}", *_said(seal, made_at)]) for seal in seals]
    if not is_claimed:
        says.append("the report says that it has none, so somebody else added it")
    if len(seals) != 1:
        says.append(f"{len(seals)} seals, where one is expected")
    holds: bool | None = is_claimed and len(seals) == 1
    if not all(seal.holds and not _is_older(seal, made_at) for seal in seals):
        holds = False
    if holds and any(seal.trusted is None for seal in seals):
        holds = None
    return Check(name="seal", holds=holds, says="; ".join(says))


def _said(seal: Seal, made_at: datetime) -> Iterator[str]:
    """Yield when a seal was made, which only a trusted server proves, and what is wrong with it."""
    early = f", before the report was made at {made_at}" if _is_older(seal, made_at) else ""
    if seal.stamped_at and seal.stamp_trusted:
        yield f"at {seal.stamped_at}{early}"
    else:
        told = f"says it was sealed at {_at(seal) or 'no time'}{early}"
        yield f"{told}; no trusted timestamp proves it"
    if not seal.intact:
        yield "the file was changed after it was sealed"
    if not seal.whole:
        yield "it does not cover the whole file"
    if seal.trusted is None:
        yield "intact, and anybody may have made it: VIGIE_SIGN_ROOTS names nobody to trust"
    elif not seal.trusted:
        yield "its certificate is not trusted here"


def _at(seal: Seal) -> datetime | None:
    """Return the time that a seal tells; the signer's own may lack its zone."""
    at = seal.stamped_at or seal.signed_at
    return at and (at if at.tzinfo else at.replace(tzinfo=UTC))


def _is_older(seal: Seal, made_at: datetime) -> bool:
    at = _at(seal)
    return at is not None and at < made_at - APART
