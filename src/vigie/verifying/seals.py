"""The seal of a report, where it has one."""

from collections.abc import Iterator, Sequence
from typing import Any

from vigie import reporting, settings
from vigie.errors import ReportError, SettingError
from vigie.verifying.checks import Check
from vigie.verifying.container import Container


async def check_seal(file: Container, *, is_claimed: bool) -> Check:
    """Return whether the seals are intact, cover the whole file and are of somebody trusted.

    *is_claimed*: the report says that it is sealed, so a missing seal was taken away; otherwise
    one was added. Where nobody is named as trusted it is not told whether it holds. Raises
    SettingError where whom to trust cannot be read: that says nothing of the file.
    """
    if not file.signatures and is_claimed:
        return Check(name="seal", holds=False, says="the report says that it is sealed, and is not")
    if not file.signatures:
        says = "none: nobody vouches for who made the report"
        return Check(name="seal", holds=None, says=says, is_due=False)
    verify: Any = getattr(reporting, "verify_seal", None)
    if verify is None:
        says = "there is one, and this version of Vigie cannot check it"
        return Check(name="seal", holds=None, says=says)
    try:
        return _told(await verify(file.content, _signing()), is_claimed=is_claimed)
    except SettingError:
        raise
    except ReportError as error:
        return Check(name="seal", holds=False, says=str(error))


def _signing() -> object:
    """Return the settings that say whom to trust."""
    read: Any = getattr(settings, "signing", None)
    return read() if read else None


def _told(seals: Sequence[Any], *, is_claimed: bool) -> Check:
    says = [", ".join([f"by {seal.signer}", *_faults(seal)]) for seal in seals]
    if not is_claimed:
        says.append("the report says that it has none, so somebody else added it")
    if len(seals) != 1:
        says.append(f"{len(seals)} seals, where one is expected")
    holds: bool | None = is_claimed and len(seals) == 1 and all(seal.holds for seal in seals)
    if holds and any(seal.trusted is None for seal in seals):
        holds = None
    return Check(name="seal", holds=holds, says="; ".join(says))


def _faults(seal: Any) -> Iterator[str]:  # noqa: ANN401 - the record of verify_seal
    yield f"at {seal.stamped_at or seal.signed_at}"
    if not seal.intact:
        yield "the file was changed after it was sealed"
    if not seal.whole:
        yield "it does not cover the whole file"
    if seal.trusted is None:
        yield "intact, and anybody may have made it: VIGIE_SIGN_ROOTS names nobody to trust"
    elif not seal.trusted:
        yield "its certificate is not trusted here"
