"""The seal of a report, where it has one."""

from collections.abc import Iterable, Iterator
from typing import Any

from vigie import reporting, settings
from vigie.errors import ReportError
from vigie.verifying.checks import Check
from vigie.verifying.container import Container


async def check_seal(file: Container, *, is_claimed: bool) -> Check:
    """Return whether the seals are intact, cover the whole file and are of somebody trusted.

    *is_claimed*: the report says that it is sealed, so a missing seal was taken away.
    """
    if not file.signatures and is_claimed:
        return Check(name="seal", holds=False, says="the report says that it is sealed, and is not")
    if not file.signatures:
        says = "none: nobody vouches for who made the report"
        return Check(name="seal", holds=None, says=says)
    verify: Any = getattr(reporting, "verify_seal", None)
    if verify is None:
        says = "there is one, and this version of Vigie cannot check it"
        return Check(name="seal", holds=None, says=says)
    try:
        return _told(await verify(file.content, _signing()))
    except ReportError as error:
        return Check(name="seal", holds=False, says=str(error))


def _signing() -> object:
    """Return the settings that say whom to trust."""
    read: Any = getattr(settings, "signing", None)
    return read() if read else None


def _told(seals: Iterable[Any]) -> Check:
    told = [(seal, list(_faults(seal))) for seal in seals]
    says = "; ".join(", ".join([f"by {seal.signer}", *faults]) for seal, faults in told)
    return Check(name="seal", holds=bool(told) and all(seal.holds for seal, _ in told), says=says)


def _faults(seal: Any) -> Iterator[str]:  # noqa: ANN401 - the record of verify_seal
    yield f"at {seal.stamped_at or seal.signed_at}"
    if not seal.intact:
        yield "the file was changed after it was sealed"
    if not seal.whole:
        yield "it does not cover the whole file"
    if seal.trusted is None:
        yield "intact; nothing says whom to trust"
    elif not seal.trusted:
        yield "its certificate is not trusted here"
