"""The key that reports are sealed with, from a file or a token; no secret of it is ever told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
)
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from vigie.errors import ReportError, SettingError
from vigie.probing import filled
from vigie.settings import Signing

USAGES = {"digital_signature", "non_repudiation"}  # one of them

# What goes wrong is raised as well; the log would show it as a traceback.
for name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


@asynccontextmanager
async def open_key(signing: Signing, now: datetime) -> AsyncIterator[Signer]:
    """Give the key of *signing*.

    Raises:
        ReportError: a file is missing or wrong, its password too, or the certificate is not valid
            at *now*; names the setting.
        PlaceholderError: the password's place holds nothing.
    """
    password = filled(signing.password, []) if signing.password else None
    if signing.pkcs11:
        async with _token(signing, password) as signer:
            yield _ready(signer, now)
    elif signing.pkcs12:
        yield _ready(_pkcs12(signing.pkcs12, password), now)
    else:
        yield _ready(_pem(signing, password), now)


def _pkcs12(path: Path, password: str | None) -> Signer:
    content = read_setting(path, "PKCS12")
    try:
        signer: Signer = SimpleSigner.load_pkcs12_data(
            content, other_certs=(), passphrase=password.encode() if password else None
        )
    except (ValueError, TypeError, AttributeError) as error:  # AttributeError: it holds no key
        raise ReportError(
            f"VIGIE_SIGN_PKCS12: {path}: cannot be opened: it is no PKCS#12 file with a key, or "
            "VIGIE_SIGN_PASSWORD is not its password"
        ) from error
    return signer


def _pem(signing: Signing, password: str | None) -> Signer:
    if not (signing.key and signing.certificate):
        raise ReportError(
            "VIGIE_SIGN_KEY and VIGIE_SIGN_CERTIFICATE belong together (write both, or "
            "VIGIE_SIGN_PKCS12)"
        )
    first, *others = certificates(signing.certificate, "CERTIFICATE")
    content = read_setting(signing.key, "KEY")
    try:
        key: Any = load_private_key_from_pemder_data(
            content, passphrase=password.encode() if password else None
        )
    except (ValueError, TypeError) as error:
        raise ReportError(
            f"VIGIE_SIGN_KEY: {signing.key}: cannot be opened: it is no private key, or "
            "VIGIE_SIGN_PASSWORD is not its password"
        ) from error
    pair = load_der_private_key(key.dump(), password=None).public_key()
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if pair.public_bytes(*shape) != first.public_key.dump():
        raise ReportError(
            f"VIGIE_SIGN_KEY: {signing.key}: is not the key of the first certificate in "
            f"{signing.certificate}"
        )
    return SimpleSigner(signing_cert=first, signing_key=key, cert_registry=_store(others))


def _store(held: Iterable[Certificate]) -> Any:  # noqa: ANN401 - untyped
    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(held)
    return store


@asynccontextmanager
async def _token(signing: Signing, pin: str | None) -> AsyncIterator[Signer]:
    try:
        from pkcs11 import PKCS11Error
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise ReportError(
            'VIGIE_SIGN_PKCS11 needs one more package (pip install "vigie[pkcs11]")'
        ) from error
    if signing.label is None:
        raise ReportError("VIGIE_SIGN_PKCS11 needs the certificate's label in VIGIE_SIGN_LABEL")
    token = TokenCriteria(label=signing.token) if signing.token else None
    try:
        # pyHanko's own context leaves the session open where the label is wrong, and a token
        # lets nobody in twice.
        session = await asyncio.to_thread(
            open_pkcs11_session, str(signing.pkcs11), token_criteria=token, user_pin=pin
        )
        with closing(session):
            signer: Any = PKCS11Signer(session, signing.label)
            await signer.ensure_objects_loaded()
            yield signer
    except (PKCS11Error, SigningError) as error:
        raise ReportError(
            f"VIGIE_SIGN_PKCS11: {signing.pkcs11}: {_why(error)} (check VIGIE_SIGN_TOKEN, "
            "VIGIE_SIGN_LABEL, and VIGIE_SIGN_PASSWORD, the token's PIN)"
        ) from error


def _why(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _ready(signer: Signer, now: datetime) -> Signer:
    signer.embed_roots = False  # nobody trusts a root because a seal brings it along
    held: Any = signer.signing_cert
    for at, wrong in ((held.not_valid_after, "expired"), (held.not_valid_before, "begins")):
        if (now > at) if wrong == "expired" else (now < at):
            raise ReportError(
                f"the certificate of {subject(held)} {wrong} on {at:%Y-%m-%d} (configure one that "
                "is valid, or leave the VIGIE_SIGN_ settings out: the report then says that it is "
                "not sealed)"
            )
    if held.key_usage_value and not usages(held):
        raise ReportError(f"the certificate of {subject(held)} is none to sign with")
    return signer


def usages(certificate: Any) -> set[str]:  # noqa: ANN401 - untyped
    """Return what the certificate allows of what a seal is."""
    said = certificate.key_usage_value
    return USAGES & set(said.native) if said else set()


def subject(certificate: Certificate) -> str:
    """Return whose certificate it is: its common name, else all that it says."""
    names: dict[str, str | list[str]] = certificate.subject.native
    common = names.get("common_name")
    return common if isinstance(common, str) else str(certificate.subject.human_friendly)


def certificates(path: Path, setting: str) -> list[Certificate]:
    """Return the certificates in a file, PEM or DER; the setting is named when there is none."""
    content = read_setting(path, setting)
    with suppress(ValueError, TypeError):
        if found := list(load_certs_from_pemder_data(content)):
            return found
    raise SettingError(f"VIGIE_SIGN_{setting}: {path}: holds no certificate (write a PEM file)")


def read_setting(path: Path, setting: str) -> bytes:
    """Return what the file of a setting holds."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"VIGIE_SIGN_{setting}: {path}: cannot be read: {error.strerror} (write the path of a "
            "file that this user may read)"
        ) from error
