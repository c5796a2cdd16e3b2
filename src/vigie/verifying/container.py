"""The file itself, which anybody may have made: opened within limits, its files taken out."""

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from vigie.errors import ReportError

MEBI = 1024 * 1024
MOST_FILE = 64 * MEBI
MOST_STREAM = 32 * MEBI
MOST_TOGETHER = 128 * MEBI
MOST_OBJECTS = 500_000
MOST_PAGES = 2_000
# Of the whole process, which opens no other PDF than reports.
UNPACKING: Mapping[str, Any] = {
    "flate_max_memory": MOST_STREAM,
    "png_max_memory": MOST_STREAM,
    "run_length_max_memory": MOST_STREAM,
    "tiff_max_memory": MOST_STREAM,
    "max_stream_filters": 1,
}
# What the library calls a file that it was given as bytes.
NAMELESS = re.compile(r"(?:stream )?<_io\.BytesIO object at 0x[0-9a-f]+>(?:: )?")
PICTURES = (["/DCTDecode"], ["/JPXDecode"])  # a logo; nothing is unpacked of them here


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A PDF and the files in it."""

    name: str
    content: bytes
    files: Mapping[str, bytes]
    signatures: int
    pages: int


def open_report(path: Path) -> Container:
    """Return the file at *path*, opened; ReportError says in one line why it cannot be."""
    return opened(path, read(path))


def opened(path: Path, content: bytes) -> Container:
    """Return the *content* of the file at *path*, opened; raises as `open_report` does."""
    # The library unpacks tables of objects as it opens a file, before anything can be weighed.
    pikepdf.settings.set_qpdf_limits(**UNPACKING)
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            return _contained(path.name, content, pdf)
    except pikepdf.PasswordError as error:
        raise ReportError(f"{path}: is encrypted (give the file without a password)") from error
    except _RefusedError as error:
        raise ReportError(f"{path}: {error}") from error
    # pikepdf passes on whatever its library meets in a broken file.
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise ReportError(f"{path}: is no PDF that can be read ({_short(error)})") from error
    except (RuntimeError, MemoryError, RecursionError) as error:
        raise ReportError(f"{path}: is no PDF that can be read ({_short(error)})") from error


class _RefusedError(Exception):
    """Larger than any report."""


def _short(error: BaseException) -> str:
    said = NAMELESS.sub("", " ".join(str(error).split()))
    return said[:120] or type(error).__name__


def read(path: Path) -> bytes:
    """Return what the file at *path* holds; ReportError where it cannot be, or is too large."""
    try:
        if path.exists() and not path.is_file():
            raise ReportError(f"{path}: is no file (write the name of a PDF)")
        size = path.stat().st_size
        if size > MOST_FILE:
            raise ReportError(f"{path}: has {size} bytes; no report has more than {MOST_FILE}")
        return path.read_bytes()
    except OSError as error:
        why = f"{error.strerror} (write the name of a PDF that can be read)"
        raise ReportError(f"{path}: cannot be read: {why}") from error


def _contained(name: str, content: bytes, pdf: pikepdf.Pdf) -> Container:
    if pdf.is_encrypted:
        raise _RefusedError("is encrypted (give the file without a password)")
    if len(pdf.objects) > MOST_OBJECTS or len(pdf.pages) > MOST_PAGES:
        raise _RefusedError("has more pages or objects than any report")
    if any("bad_alloc" in str(one) for one in pdf.get_warnings()):  # it goes on without memory
        raise _RefusedError("takes more memory than any report")
    _weigh(pdf)
    return Container(
        name=name,
        content=content,
        files=dict(_files(pdf)),
        signatures=_signatures(pdf),
        pages=len(pdf.pages),
    )


def _weigh(pdf: pikepdf.Pdf) -> None:
    """Refuse a file whose streams are small packed and huge unpacked."""
    together = 0
    for held in pdf.objects:
        if isinstance(held, pikepdf.Stream):
            together += len(inflate(held))
            if together > MOST_TOGETHER:
                raise _RefusedError(f"unpacks to more than {MOST_TOGETHER} bytes")


def inflate(stream: pikepdf.Object) -> bytes:
    """Return what a stream holds; one that is too large or packed otherwise is refused."""
    packed = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return _within(packed)
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names in PICTURES:
        return _within(packed)
    if names != ["/FlateDecode"]:
        raise _RefusedError(f"is packed in a way that no report is ({', '.join(names)[:60]})")
    unpacking = zlib.decompressobj()
    try:
        return _within(unpacking.decompress(packed, MOST_STREAM + 1))
    except zlib.error as error:
        raise _RefusedError(f"has a damaged stream ({error})") from error


def _within(content: bytes) -> bytes:
    if len(content) > MOST_STREAM:
        raise _RefusedError(f"holds a stream of more than {MOST_STREAM} bytes")
    return content


def _files(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    for name, held in pdf.attachments.items():
        if str(held.obj.UF) != name or str(held.obj.F) != name:
            raise _RefusedError(f"has an attachment with two names ({name[:60]})")
        yield name, inflate(held.obj.EF.F)


def _signatures(pdf: pikepdf.Pdf) -> int:
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/Fields" not in form:
        return 0
    fields: Any = form.Fields
    return sum(field.get("/FT") == "/Sig" and "/V" in field for field in fields)
