"""Documents of one look share their fonts: to load them again takes longer than to draw a page."""

import atexit
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from weasyprint.text.fonts import FontConfiguration

LOOKS = 4  # of which fonts stay loaded: some 2 MB each

_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)
_URL = re.compile(r"""url\(\s*["']?(.*?)["']?\s*\)""", re.IGNORECASE)

_Fonts: Any = FontConfiguration  # WeasyPrint has no types

# What brings a style sheet, and so perhaps fonts, that is not in the text.
ELSEWHERE = r"@import|<link\b"


@lru_cache(LOOKS)
def _loaded(faces: tuple[str, ...]) -> object:  # noqa: ARG001 - which they are
    return _Fonts()


atexit.register(_loaded.cache_clear)  # it removes the files, while it still can


def fonts_of(html: str, read: Callable[[str], bytes]) -> object | None:
    """Return where documents with the same faces, byte for byte, have their fonts.

    *read* gives the bytes of a URL. None where not all faces are known from *html*, or one cannot
    be read: such a document loads its own.
    """
    if re.search(ELSEWHERE, html, re.IGNORECASE):
        return None
    faces = _FACE.findall(html)
    try:
        files = [sha256(read(url)).hexdigest() for url in _URL.findall("".join(faces))]
    except ValueError:
        return None
    return _loaded((*faces, *files))
