"""What is told of a report's seal."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.reporting.authority import issue
from tests.verifying.reports import NOW, checked, genuine, with_signature

from vigie import reporting
from vigie.errors import ReportError, SettingError
from vigie.reporting.sealing.seal import open_sealer
from vigie.settings import Signing

UNPROVEN = "no trusted timestamp proves it"
LATER = NOW + timedelta(minutes=1)
NAIVE = LATER.replace(tzinfo=None)  # as a signature may tell it
EARLIER, SECOND = NOW - timedelta(minutes=5), timedelta(seconds=1)


@dataclass
class Seal:
    """A seal as `verify_seal` tells of it."""

    signer: str = "Acme Reports"
    intact: bool = True
    whole: bool = True
    trusted: bool | None = True
    signed_at: datetime | None = datetime(2026, 6, 3, 6, tzinfo=UTC)
    stamped_at: datetime | None = None
    stamp_trusted: bool | None = None

    @property
    def holds(self) -> bool:
        return self.intact and self.whole and self.trusted is not False


@pytest.mark.parametrize(
    ("seal", "holds", "says"),
    [
        (Seal(stamped_at=LATER, stamp_trusted=True), True, "by Acme Reports, at 2026-06-03 06:01"),
        (Seal(), True, f"says it was sealed at 2026-06-03 06:00:00+00:00; {UNPROVEN}"),
        (Seal(signed_at=NAIVE), True, f"at 2026-06-03 06:01:00+00:00; {UNPROVEN}"),
        (Seal(signed_at=None), True, f"says it was sealed at no time; {UNPROVEN}"),
        (
            Seal(stamped_at=LATER, stamp_trusted=False),
            True,
            f"says it was sealed at 2026-06-03 06:01:00+00:00; {UNPROVEN}",
        ),
        (Seal(signed_at=EARLIER), True, f"at 2026-06-03 05:55:00+00:00; {UNPROVEN}"),
        (
            Seal(signed_at=EARLIER - SECOND),
            False,
            f"before the report was made at 2026-06-03 06:00:00+00:00; {UNPROVEN}",
        ),
        (
            Seal(stamped_at=EARLIER - SECOND, stamp_trusted=True),
            False,
            "by Acme Reports, at 2026-06-03 05:54:59+00:00, before the report was made at",
        ),
        (Seal(intact=False), False, "the file was changed after it was sealed"),
        (Seal(whole=False), False, "it does not cover the whole file"),
        (Seal(trusted=False), False, "its certificate is not trusted here"),
        (Seal(trusted=None), None, "VIGIE_SIGN_ROOTS names nobody to trust"),
    ],
)
def test_a_seal_is_told_by_its_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seal: Seal, *, holds: bool | None, says: str
) -> None:
    async def verify_seal(_pdf: bytes, _signing: object = None) -> tuple[Any, ...]:
        return (seal,)

    monkeypatch.setattr(reporting, "verify_seal", verify_seal, raising=False)

    found = checked(with_signature(genuine(sealed=True)), tmp_path)["seal"]

    assert holds == found.holds
    assert says in found.says


def test_a_seal_that_cannot_be_read_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def verify_seal(_pdf: bytes, _signing: object = None) -> tuple[Any, ...]:
        raise ReportError("the seal cannot be read: nonsense")

    monkeypatch.setattr(reporting, "verify_seal", verify_seal, raising=False)

    found = checked(with_signature(genuine()), tmp_path)["seal"]

    assert (False, "the seal cannot be read: nonsense") == (found.holds, found.says)


@pytest.mark.parametrize("content", [None, b"nonsense"])
def test_roots_that_cannot_be_read_are_no_fault_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    roots = tmp_path / "roots.pem"
    if content is not None:
        roots.write_bytes(content)
    monkeypatch.setenv("VIGIE_SIGN_ROOTS", str(roots))

    with pytest.raises(SettingError, match=rf"^VIGIE_SIGN_ROOTS: {roots}: .* \(write "):
        checked(with_signature(genuine(sealed=True)), tmp_path)


def test_a_seal_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    found = checked(genuine(sealed=True), tmp_path)["seal"]

    assert (False, "the report says that it is sealed, and is not") == (found.holds, found.says)
    none = checked(genuine(), tmp_path)["seal"]
    assert (None, False) == (none.holds, none.is_due)


def test_who_names_whom_to_trust_expects_a_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = issue("Acme").roots(tmp_path / "acme.pem")
    monkeypatch.setenv("VIGIE_SIGN_ROOTS", str(roots))

    found = checked(genuine(), tmp_path)["seal"]

    says = "none: nobody vouches for who made the report, and VIGIE_SIGN_ROOTS names who should"
    assert (None, True, says) == (found.holds, found.is_due, found.says)


@pytest.mark.parametrize(
    ("is_claimed", "seals", "says"),
    [
        (False, (Seal(),), "the report says that it has none, so somebody else added it"),
        (True, (Seal(), Seal(signer="Another")), "2 seals, where one is expected"),
        (True, (), "0 seals, where one is expected"),
    ],
)
def test_a_seal_that_is_not_expected_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seals: tuple[Seal, ...],
    *,
    is_claimed: bool,
    says: str,
) -> None:
    async def verify_seal(_pdf: bytes, _signing: object = None) -> tuple[Any, ...]:
        return seals

    monkeypatch.setattr(reporting, "verify_seal", verify_seal, raising=False)

    found = checked(with_signature(genuine(sealed=is_claimed)), tmp_path)["seal"]

    assert found.holds is False
    assert says in found.says


async def sealed(folder: Path, name: str) -> bytes:
    """Return the genuine report with the seal of somebody, and what vouches for it."""
    issued = issue(name)
    key, roots = issued.pkcs12(folder / f"{name}.p12"), issued.roots(folder / f"{name}.pem")
    terms = Signing(pkcs12=key, password="secret", roots=roots)
    async with open_sealer(terms, datetime.now(UTC)) as sealer:
        return await sealer.seal(genuine(sealed=True))


def test_a_seal_is_trusted_by_the_roots_that_are_configured_and_is_whose_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (asyncio.run(sealed(tmp_path, name)) for name in ("Acme", "Stranger"))
    nobody = checked(theirs, tmp_path)
    monkeypatch.setenv("VIGIE_SIGN_ROOTS", str(tmp_path / "Acme.pem"))
    known, unknown = checked(ours, tmp_path), checked(theirs, tmp_path)

    assert b"/DSS" in ours
    assert (True, True) == (known["seal"].holds, known["pages"].holds)
    assert (False, True) == (unknown["seal"].holds, unknown["pages"].holds)
    assert unknown["seal"].says.startswith("by Stranger, ")
    assert "its certificate is not trusted here" in unknown["seal"].says
    assert (None, True) == (nobody["seal"].holds, nobody["pages"].holds)
    assert "by Stranger, " in nobody["seal"].says


def more_of(held: pikepdf.Object, more: bytes) -> bytes:
    return held.unparse(resolved=True).removesuffix(b">>") + more + b" >>"


def script(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:
    action = b"/AcroForm << /Fields [%d 0 R] >> /OpenAction << /S /JavaScript /JS (1) >>"
    return {pdf.Root.objgen[0]: more_of(pdf.Root, action % (free - 1))}


def annotation(kind: bytes) -> Callable[[pikepdf.Pdf, int], dict[int, bytes]]:
    def add(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:
        page = pdf.pages[0].obj
        stamp = b"<< /Type /Annot /Subtype /%s /F 36 /Rect [ 45 530 345 610 ] >>" % kind
        return {page.objgen[0]: more_of(page, b"/Annots [ %d 0 R ]" % free), free: stamp}

    return add


def text(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:
    page = pdf.pages[0].obj
    plain = page.unparse(resolved=True)
    own = b"/Contents %d 0 R" % page.Contents.objgen[0]
    both = b"/Contents [ %d 0 R %d 0 R ]" % (page.Contents.objgen[0], free)
    stream = b"<< /Length 19 >>\nstream\nBT 3 Tr (99.99) Tj \nendstream"
    return {page.objgen[0]: plain.replace(own, both), free: stream}


def emptied(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:  # noqa: ARG001
    return {pdf.pages[1].Contents.objgen[0]: b"<< /Length 0 >>\nstream\n\nendstream"}


def appearance(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:  # noqa: ARG001
    shown = b"/AP << /N 6 0 R >> /AA << >> /Rect [ 9 9 99 99 ]"
    return {free - 1: b"<< /FT /Sig /T (Seal) /V << /Type /Sig >> %s >>" % shown}


def leftover(pdf: pikepdf.Pdf, free: int) -> dict[int, bytes]:  # noqa: ARG001
    return {free: b"<< /Type /Filespec >>"}


ADDED: dict[str, tuple[Callable[[pikepdf.Pdf, int], dict[int, bytes]], str]] = {
    "script": (script, "the catalogue has another /OpenAction since something was added"),
    "stamp": (annotation(b"Stamp"), "page 1 has an annotation that is no seal (/Stamp)"),
    "file": (annotation(b"FileAttachment"), "annotation that is no seal (/FileAttachment)"),
    "text": (text, "page 1 has another /Contents since something was added"),
    "page": (emptied, "of the report was changed since something was added"),
    "appearance": (appearance, "field has /AA; the seal's field has /AP; the seal's field is in"),
    "leftover": (leftover, "was added and is no part of a seal (/Filespec)"),
}


@pytest.mark.parametrize("case", ADDED)
def test_nothing_but_a_seal_may_follow_the_report(tmp_path: Path, case: str) -> None:
    change, says = ADDED[case]
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        objects = change(pdf, int(pdf.trailer.Size) + 1)

    assert checked(with_signature(genuine()), tmp_path)["pages"].holds
    found = checked(with_signature(genuine(), objects), tmp_path)["pages"]

    assert found.holds is False
    assert says in found.says
