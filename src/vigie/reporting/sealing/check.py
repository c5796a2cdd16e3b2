"""Seals are checked: whose they are, when they were made, and whether anything changed since."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from vigie.errors import ReportError
from vigie.reporting.sealing.key import USAGES, certificates, subject
from vigie.settings import Signing

_ContentInfo: Any = ContentInfo  # untyped
_KINDS = KeyUsageConstraints(key_usage=USAGES, match_all_key_usages=False)
_END = re.compile(rb"%%EOF(?:\r\n|\r|\n)?\Z")
_UPKEEP = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What one signature of a file says."""

    signer: str  # the common name of the certificate
    intact: bool  # the bytes that it covers are those that were signed
    whole: bool  # it covers the file to its end, but what keeps seals checkable
    trusted: bool | None  # the certificate was valid and leads to a trusted root; None: none given
    signed_at: datetime | None  # by the signer's own clock
    stamped_at: datetime | None  # by a timestamp server, when its stamp is intact
    stamp_trusted: bool | None  # as `trusted`, of the server; None too without a stamp

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it: intact, whole, and trusted where roots are known."""
        return self.intact and self.whole and self.trusted is not False


async def verify_seal(pdf: bytes, signing: Signing | None = None) -> tuple[Seal, ...]:
    """Return the seals of *pdf*, none when it is not sealed; nothing is fetched.

    The roots of *signing* decide whom to trust. A seal with a trusted timestamp is judged at that
    instant: a certificate may expire after it. Its certificates and lists of revoked ones are
    those in the file.

    Raises:
        SettingError: the roots cannot be read.
        ReportError: the file or a signature cannot be read.
    """
    roots = certificates(signing.roots, "ROOTS") if signing and signing.roots else []
    try:
        reader: Any = PdfFileReader(BytesIO(pdf))
        found = [await _seal(reader, one, roots) for one in reader.embedded_regular_signatures]
        if found and not await _closed(reader, pdf, roots):
            found = [replace(one, whole=False) for one in found]
    except Exception as error:  # a hostile file makes the library raise anything
        why = " ".join(str(error).split()) or type(error).__name__
        raise ReportError(f"the seal cannot be read: {why}") from error
    if not found and b"/ByteRange" in pdf:
        raise ReportError("the seal cannot be read: nothing leads to the signature in this file")
    return tuple(found)


async def _seal(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, roots: Sequence[Certificate]
) -> Seal:
    status = await _status(reader, signature, roots, at=None)
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.valid and stamp.intact
    if stamp and stamped and stamp.trusted and not status.trusted:
        status = await _status(reader, signature, roots, at=stamp.timestamp)
    return Seal(
        signer=subject(status.signing_cert),
        intact=status.intact and status.valid and (stamp is None or stamped) and _padded(signature),
        whole=_whole(status),
        trusted=status.trusted if roots else None,
        signed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if stamp and stamped else None,
        stamp_trusted=stamp.trusted if stamp and roots else None,
    )


def _padded(signature: EmbeddedPdfSignature) -> bool:
    """Say whether the place of the signature holds nothing else: no signature covers its own."""
    held = signature.pkcs7_content
    return not held[len(_ContentInfo.load(held).dump()) :].strip(b"\0")


async def _status(
    reader: PdfFileReader,
    signature: EmbeddedPdfSignature,
    roots: Sequence[Certificate],
    *,
    at: datetime | None,
) -> PdfSignatureStatus:
    return await async_validate_pdf_signature(
        signature,
        signer_validation_context=_context(reader, roots, at),
        ts_validation_context=_context(reader, roots, None),
        key_usage_settings=_KINDS,
    )


def _context(
    reader: PdfFileReader, roots: Sequence[Certificate], at: datetime | None
) -> ValidationContext:
    terms: dict[str, Any] = {"trust_roots": list(roots), "allow_fetching": False, "moment": at}
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return ValidationContext(**terms)
    return store.as_validation_context(terms)


async def _closed(reader: Any, pdf: bytes, roots: Sequence[Certificate]) -> bool:  # noqa: ANN401
    """Say whether what was signed or stamped last ends with the file, and the file with `%%EOF`.

    The library reads a file from the last table of objects that it finds: it forgives what is
    behind it, which other readers show.
    """
    last = max(reader.embedded_signatures, key=_end)
    if _end(last) != len(pdf) or not _END.search(pdf):
        return False
    if last.sig_object_type == "/Sig":
        return True
    stamp = await async_validate_pdf_timestamp(last, _context(reader, roots, None))
    return stamp.intact and stamp.valid and (stamp.trusted or not roots)


def _end(signature: EmbeddedPdfSignature) -> int:
    """Return where the bytes end that it covers: in two stretches, around its own place."""
    _, _, second, length = map(int, signature.byte_range)
    return second + length


def _whole(status: PdfSignatureStatus) -> bool:
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    later = status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
    return later and status.modification_level in _UPKEEP
