"""Reports are sealed by a PAdES signature of whoever configured a key.

A seal is an incremental update: the bytes of the unsealed report are the beginning of the file.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from io import BytesIO
from typing import Any

from aiohttp import ClientConnectorError, ClientResponseError
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import select_suitable_signing_md
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from yarl import URL

from vigie.errors import ReportError
from vigie.probing import filled
from vigie.reporting.sealing.key import certificates, open_key, subject, usages
from vigie.settings import Signing

PATIENCE_S = 20.0  # for a timestamp, and for what says that no certificate was revoked
_FIELD = SigFieldSpec(
    "Seal",
    readable_field_name="Seal of the report",
    # PDF/A forbids what is hidden, PDF/UA asks for what is in sight to be tagged: it is elsewhere.
    invis_sig_settings=InvisSigSettings(set_print_flag=True, box_out_of_bounds=True),
)
# In one update with the signature, which so covers the whole file.
_TOGETHER = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)


class _Update(IncrementalPdfFileWriter):
    """An update that leaves the metadata as they are: those of pyHanko would be no PDF/A."""

    def _update_meta(self) -> None:
        pass


class Sealer:
    """A key that is at hand: its name can be printed before the report is sealed with it."""

    def __init__(self, signer: Any, signing: Signing, roots: Sequence[Certificate]) -> None:  # noqa: ANN401
        self._signer, self._roots = signer, roots
        self._stamper = _stamper(signing)
        self._certificate: Certificate = signer.signing_cert
        self._digest = select_suitable_signing_md(self._certificate.public_key)

    @property
    def name(self) -> str:
        """Whose seal it is: the common name of the certificate."""
        return subject(self._certificate)

    async def seal(self, pdf: bytes) -> bytes:
        """Return *pdf* with a signature appended: PAdES B-B, or B-T with a timestamp.

        Where roots are trusted it is B-LT as far as what says so can be had: the certificates,
        and the lists of revoked ones that they name.

        Raises:
            ReportError: the timestamp server gave none, or the certificate leads to no root.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._signed(pdf)
        except (ValidationError, PathError) as error:
            raise ReportError(f"VIGIE_SIGN_ROOTS: {_why(error)}") from error
        except (SigningError, PdfError, ValueError, OSError) as error:
            if isinstance(error.__cause__, ValidationError | PathError):
                raise ReportError(
                    "VIGIE_SIGN_ROOTS: no root of them vouches for the certificate of "
                    f"{self.name}: {_why(error.__cause__)}"
                ) from error
            raise ReportError(f"the report cannot be sealed: {_why(error)}") from error

    async def _signed(self, pdf: bytes) -> bytes:
        if self._stamper:
            await _try(self._stamper, self._digest)
        if not self._roots:
            return await self._written(pdf, None)
        context = ValidationContext(trust_roots=list(self._roots), allow_fetching=True)
        async with aclosing(context):
            return await self._written(pdf, context)

    async def _written(self, pdf: bytes, context: ValidationContext | None) -> bytes:
        meta = PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm=self._digest,
            subfilter=SigSeedSubFilter.PADES,
            signer_key_usage=usages(self._certificate),
            validation_context=context,
            embed_validation_info=context is not None,
            dss_settings=_TOGETHER,
        )
        signer = PdfSigner(meta, self._signer, timestamper=self._stamper, new_field_spec=_FIELD)
        output = BytesIO()
        await signer.async_sign_pdf(_Update(BytesIO(pdf)), output=output)
        return output.getvalue()


@asynccontextmanager
async def open_sealer(signing: Signing, now: datetime) -> AsyncIterator[Sealer]:
    """Give what seals reports by the settings; ask only where `signing.asked`.

    Raises:
        ReportError: a setting is wrong, which is told before any work is done.
    """
    roots = certificates(signing.roots, "ROOTS") if signing.roots else []
    async with open_key(signing, now) as signer:
        yield Sealer(signer, signing, roots)


def _stamper(signing: Signing) -> HTTPTimeStamper | None:
    if signing.timestamp is None:
        return None
    url = filled(signing.timestamp, [])
    try:
        parsed = URL(url)
    except ValueError:
        parsed = URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ReportError(
            "VIGIE_SIGN_TIMESTAMP: is no web address (write http://timestamp.example/tsr)"
        )
    return HTTPTimeStamper(url, timeout=PATIENCE_S / 2)


async def _try(stamper: HTTPTimeStamper, digest: str) -> None:
    """Ask for the stamp whose length pyHanko wants to know, and say what is wrong with the server.

    Nothing of the URL but the server is told, also not by the error: it may hold a secret.
    """
    try:
        await stamper.async_dummy_response(digest)
    except Exception as error:  # what is no stamp makes the library raise anything
        cause = error.__cause__ if isinstance(error, TimestampRequestError) else error
        raise ReportError(
            f"VIGIE_SIGN_TIMESTAMP: {URL(stamper.url).origin()}: {_answered(cause or error)}"
            " (write the URL of a timestamp server, or leave it out: seals then bear the time of"
            " this computer)"
        ) from error


def _answered(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "gave no answer in time"
    if isinstance(error, ClientResponseError):
        return f"answered {error.status}, which is no timestamp"
    if isinstance(error, ClientConnectorError):
        # The library's own text names the host twice, and how it would have encrypted.
        number = error.errno or 0
        return f"cannot be reached: {os.strerror(number) if number > 0 else error.strerror}"
    if isinstance(error, OSError | TimestampRequestError):
        return _why(error)
    return "answered what is no timestamp"


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"it took longer than {PATIENCE_S:g} s"
    return " ".join(str(error).split()) or type(error).__name__
