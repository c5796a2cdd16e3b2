"""What the process takes from its environment."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from vigie.errors import SettingError

# What reports are sealed with; roots alone are for whoever checks seals.
SEALING = ("PKCS12", "KEY", "CERTIFICATE", "PKCS11", "TOKEN", "LABEL", "PASSWORD", "TIMESTAMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The environment's answers, read once at start."""

    database_url: str | None  # None: the embedded PostgreSQL
    home: Path  # what this installation keeps beside its catalogue: database, spool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What reports are sealed with; texts are as they were written, `${env:…}` and all."""

    pkcs12: Path | None = None  # key and certificates in one file
    key: Path | None = None  # PEM or DER, with `certificate`
    certificate: Path | None = None  # of the key, and those between it and the root
    pkcs11: Path | None = None  # the module of a token that keeps the key
    token: str | None = None  # the token's label
    label: str | None = None  # of the certificate and the key on the token
    password: str | None = field(default=None, repr=False)  # of the file, or the token's PIN
    timestamp: str | None = field(default=None, repr=False)  # URL of an RFC 3161 server
    roots: Path | None = None  # certificates that are trusted when seals are made and checked
    blank: tuple[str, ...] = ()  # settings that are there and hold nothing

    @property
    def asked(self) -> bool:
        """Whether reports are to be sealed at all.

        Raises:
            SettingError: somebody meant to, and did not say with what: no report may go out
                unsealed by that.
        """
        for name in self.blank:
            raise SettingError(f"VIGIE_SIGN_{name} is empty (write it, or unset it)")
        if any((self.pkcs12, self.key, self.certificate, self.pkcs11)):
            return True
        for name in ("token", "label", "password", "timestamp"):
            if getattr(self, name):
                what = f"VIGIE_SIGN_{name.upper()} is set, but no key to seal with"
                raise SettingError(f"{what} (set VIGIE_SIGN_PKCS12 too, or unset it)")
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class S3:
    """Where the places `s3://…` are; keys are as they were written, `${file:…}` and all."""

    endpoint: str | None  # None: that of AWS
    region: str
    access_key: str | None
    secret_key: str | None = field(repr=False)


def read(directory: Path) -> Settings:
    """Return the settings for the catalogue in *directory* (`VIGIE_DATABASE_URL`, `VIGIE_HOME`)."""
    home = os.environ.get("VIGIE_HOME")
    return Settings(
        database_url=os.environ.get("VIGIE_DATABASE_URL") or None,
        home=Path(home).expanduser().resolve() if home else directory.resolve() / ".vigie",
    )


def s3() -> S3:
    """Return how places `s3://…` are reached (`VIGIE_S3_ENDPOINT`, `VIGIE_S3_ACCESS_KEY`, …)."""
    return S3(
        endpoint=os.environ.get("VIGIE_S3_ENDPOINT") or None,
        region=os.environ.get("VIGIE_S3_REGION") or "us-east-1",
        access_key=os.environ.get("VIGIE_S3_ACCESS_KEY") or None,
        secret_key=os.environ.get("VIGIE_S3_SECRET_KEY") or None,
    )


def signing() -> Signing:
    """Return what seals are made and checked with (`VIGIE_SIGN_PKCS12`, `VIGIE_SIGN_KEY`, …)."""
    return Signing(
        pkcs12=_path("PKCS12"),
        key=_path("KEY"),
        certificate=_path("CERTIFICATE"),
        pkcs11=_path("PKCS11"),
        token=_text("TOKEN"),
        label=_text("LABEL"),
        password=_text("PASSWORD"),
        timestamp=_text("TIMESTAMP"),
        roots=_path("ROOTS"),
        blank=tuple(name for name in SEALING if os.environ.get(f"VIGIE_SIGN_{name}") == ""),
    )


def _text(name: str) -> str | None:
    return os.environ.get(f"VIGIE_SIGN_{name}") or None


def _path(name: str) -> Path | None:
    text = _text(name)
    return Path(text).expanduser() if text else None
