"""Secrets taken out of a text that somebody will read, whatever a target made of them.

A target may echo a secret as it came, percent-encoded, escaped for JSON or HTML, in other case,
or only its beginning. What it does beyond that (base64 of it, its end, every other letter) cannot
be recognised; `auth` hides the one base64 that it makes itself.
"""

import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

MASK = "***"
WHOLE_WORD = 4  # characters; what is shorter occurs everywhere by chance, "80" inside "1800"
LONGEST_SHAPE = len("%F0%9F%98%80")  # that one character may have
LONG, HEAD = 32, 16  # of a secret so long, its head alone is taken for it


def hidden(text: str, secrets: Iterable[str], *, cut: bool = False) -> str:
    """Return *text* with *secrets* masked; with *cut*, its end may be the beginning of one."""
    for secret in sorted(set(filter(None, secrets)), key=len, reverse=True):
        text = _without(text, secret)
        if cut:
            text = _without_tail(text, secret)
    return text


def _without(text: str, secret: str) -> str:
    head = secret[:HEAD] if len(secret) >= LONG else secret
    found, at = [], 0
    for match in re.finditer(_pattern(head), text, re.IGNORECASE):
        if match.start() >= at:
            found += [text[at : match.start()], MASK]
            at = _walk(text, match.start(), secret)[0]
    return "".join((*found, text[at:]))


def _without_tail(text: str, secret: str) -> str:
    began = max(0, len(text) - len(secret) * LONGEST_SHAPE)
    # Overlapping, as the beginning of a secret may lie inside what only looks like one.
    beginning = re.compile(f"(?={_literal(secret[:WHOLE_WORD])})", re.IGNORECASE)
    for match in beginning.finditer(text, began):
        end, known = _walk(text, match.start(), secret)
        if known >= WHOLE_WORD and end == len(text):
            return text[: match.start()] + MASK
    return text


def _walk(text: str, at: int, secret: str) -> tuple[int, int]:
    """Return up to where *secret* stands in *text* from *at* on, and how much of it that is."""
    cut = False  # the text may end inside a longer shape, also where a shorter one fits
    for known, char in enumerate(secret):
        rest = text[at : at + LONGEST_SHAPE].lower()
        cut = cut or any(rest and s != rest and s.startswith(rest) for s in _shapes(char))
        shape = next((s for s in _shapes(char) if rest.startswith(s)), None)
        if shape is None:
            return (len(text) if cut else at), known
        at += len(shape)
    return at, len(secret)


def _pattern(secret: str) -> str:
    literal = _literal(secret)
    return rf"(?<!\w){literal}(?!\w)" if len(secret) < WHOLE_WORD else literal


def _literal(secret: str) -> str:
    shapes = ("|".join(map(re.escape, _shapes(char))) for char in secret)
    return "".join(f"(?:{each})" for each in shapes)


@lru_cache(maxsize=4096)
def _shapes(char: str) -> tuple[str, ...]:
    """Return what *char* may have become, the longest first, in lower case."""
    code = ord(char)
    shapes = {char, quote(char, safe="", errors="replace")}
    if not char.isalnum() or not char.isascii():
        shapes |= {json.dumps(char)[1:-1], html.escape(char), f"&#{code};", f"&#x{code:x};"}
        shapes |= {f"\\u{code:04x}", f"\\x{code:02x}"}
        shapes |= {f"\\{char}"} | ({"+"} if char == " " else set())
    return tuple(sorted({shape.lower() for shape in shapes}, key=len, reverse=True))
