"""What PostgreSQL and the network refused, in one line and without the password."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from asyncpg import exceptions as pg

from vigie.errors import DatabaseDownError, DatabaseError, UsageError

_NO_ENTRY = (
    pg.InvalidAuthorizationSpecificationError,
    pg.InsufficientPrivilegeError,
    pg.InvalidCatalogNameError,
)
_NOT_NOW = (pg.CannotConnectNowError, pg.TooManyConnectionsError)
_GONE = (
    OSError,
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.InternalClientError,  # asyncpg, when a connection breaks between two of its states
)
_CORRECT = "correct VIGIE_DATABASE_URL"
_AUTHORITY = "verify-full needs the certificate of an authority (add &sslrootcert=FILE)"
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_SHAPE = "write postgresql://user:password@host:5432/name, special characters as %XX"


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Raise `DatabaseError` for what goes wrong with the database at *url*."""
    try:
        yield
    except DatabaseError:
        raise
    except _NOT_NOW as error:
        raise DatabaseDownError(f"{address(url)}: {_said(error)} (try again)") from error
    except (ssl.SSLError, *_NO_ENTRY) as error:
        raise DatabaseError(f"{address(url)}: {_said(error)} ({_CORRECT})") from error
    except _GONE as error:
        raise _gone(url, error) from error
    except (pg.ClientConfigurationError, ValueError) as error:
        raise _misread(url, error) from error
    except (pg.PostgresError, pg.InterfaceError) as error:
        raise DatabaseError(f"{address(url)}: {_said(error)}") from error


@contextmanager
def refusals() -> Iterator[None]:
    """Raise `UsageError`, with its hint, for what a function of ours in SQL refuses."""
    try:
        yield
    except pg.RaiseError as error:
        said, hint = error.args[0], getattr(error, "hint", None)
        raise UsageError(f"{said} ({hint})" if hint else said) from error


def address(url: str) -> str:
    """Return host, port and database of *url*, which may be no URL at all."""
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        return "VIGIE_DATABASE_URL"
    return f"{parts.hostname or 'localhost'}:{port}{parts.path}"


def _gone(url: str, error: Exception) -> DatabaseError:
    missing = _missing_file(url) if isinstance(error, FileNotFoundError) else None
    if missing:
        return DatabaseError(f"{address(url)}: {missing}: no such file ({_CORRECT})")
    said = f"no PostgreSQL answers: {_said(error)} (start it, or {_CORRECT})"
    return DatabaseDownError(f"{address(url)}: {said}")


def _misread(url: str, error: Exception) -> DatabaseError:
    if str(error).startswith("root certificate file"):
        return DatabaseError(f"{address(url)}: {_AUTHORITY}")
    # Not in the error's own words: they may quote the password.
    return DatabaseError(f"VIGIE_DATABASE_URL is not a PostgreSQL URL ({_SHAPE})")


def _missing_file(url: str) -> str | None:
    """Return the file of a certificate or key that *url* names and that is not there."""
    named = parse_qs(urlsplit(url).query)
    files = [file for name in _FILES for file in named.get(name, ())]
    return next((file for file in files if not Path(file).exists()), None)


def _said(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):  # its number is none of the system's
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, OSError) and error.strerror:
        # asyncio's own text for a refused connection is less than the system's.
        number = error.errno or 0
        return os.strerror(number) if number > 0 else error.strerror
    text = str(error.args[0]) if error.args else ""
    return " ".join(text.split()) or type(error).__name__
