"""The versions of the program and of all that draws for it, as far as each can tell its own."""

import ctypes
import zlib
import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from vigie import __version__

# They set words, decode pictures, write the PDF, fill templates and write numbers and days.
PACKAGES = (
    *("weasyprint", "pydyf", "fonttools", "pillow", "tinycss2", "cssselect2", "tinyhtml5"),
    *("pyphen", "jinja2", "markupsafe", "babel"),
)
LIBRARIES = {
    "harfbuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll"),
    "fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll"),
}
UNKNOWN = "unknown"


@cache
def engine() -> dict[str, str]:
    """Return the versions of the program and of what draws for it."""
    import pikepdf

    return {
        "vigie": __version__,
        **{name: metadata.version(name) for name in PACKAGES},
        "qpdf": pikepdf.__libqpdf_version__,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "pango": _pango(),
        "harfbuzz": _harfbuzz(),
        "fontconfig": _fontconfig(),
        "tzdata": time_zones(map(Path, zoneinfo.TZPATH)),
    }


def _pango() -> str:
    from weasyprint.text.ffi import pango

    library: Any = pango  # it has no types
    return _dotted(library.pango_version())


def _harfbuzz() -> str:
    for library in _loaded("harfbuzz"):
        library.hb_version_string.restype = ctypes.c_char_p
        return str(library.hb_version_string().decode())
    return UNKNOWN


def _fontconfig() -> str:
    for library in _loaded("fontconfig"):
        return _dotted(library.FcGetVersion())
    return UNKNOWN


def _loaded(name: str) -> Iterator[Any]:
    """Yield the library that WeasyPrint has loaded, by the names that it tries."""
    for file in LIBRARIES[name]:
        with suppress(OSError):
            yield ctypes.CDLL(file)


def _dotted(number: int) -> str:
    return ".".join(str(number // unit % 100) for unit in (10000, 100, 1))


def time_zones(folders: Iterable[Path]) -> str:
    """Return the version of the rules of time zones: of the system's *folders*, else our own."""
    for folder in folders:
        with suppress(OSError):
            first = (folder / "tzdata.zi").read_text("utf-8").partition("\n")[0]
            return first.removeprefix("# version ")
        if (folder / "Europe").is_dir():  # it is asked first, and does not tell its version
            return UNKNOWN
    return metadata.version("tzdata")
