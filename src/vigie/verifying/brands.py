"""Whose a document shows itself to be: its brand may be anybody's words, and no figure has them."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from vigie.catalogue import file_state
from vigie.errors import CatalogueError
from vigie.reporting import Brand, brand_of
from vigie.verifying.carried import Carried
from vigie.verifying.checks import Check

LOOK = "see whether that is the provider's"
MOST = 120  # signs that are quoted; no brand has longer texts


def check_brand(
    held: Carried, directory: Path, *, is_kept: bool | None = None
) -> tuple[Check, ...]:
    """Return whether a document has the brand of the catalogue in *directory*; none has nothing.

    *is_kept*: whether the database has that very file; None: it was not asked. Where there is
    neither a catalogue nor a database, no more is promised than that the brand is told.
    """
    brand = held.made.brand
    if brand is None:
        return ()
    if is_kept:
        return (_check("that of the kept file", brand, holds=True),)
    if not file_state(directory):
        says = f"{_quoted(brand)}; no file tells whose that is, and no catalogue is here (--dir)"
        return (Check(name="brand", holds=None, says=says, is_due=is_kept is not None),)
    return (_compared(brand, directory),)


def _compared(brand: Brand, directory: Path) -> Check:
    try:
        ours = brand_of(directory)
    except CatalogueError as error:
        return _check(f"the catalogue's cannot be read ({error.problems[0]})", brand)
    if brand == ours:
        return _check("that of the catalogue here", brand, holds=True)
    if ours is None:
        return _check("the catalogue here has none", brand)
    return _check(f"not that of the catalogue here ({', '.join(_other(brand, ours))})", brand)


def _check(what: str, brand: Brand, *, holds: bool | None = None) -> Check:
    says = f"{what}: {_quoted(brand)}" + ("" if holds else f"; {LOOK}")
    return Check(name="brand", holds=holds, says=says)


def _other(brand: Brand, ours: Brand) -> Iterator[str]:
    for field in fields(brand):
        if getattr(brand, field.name) != getattr(ours, field.name):
            yield field.name


def _quoted(brand: Brand) -> str:
    """Return its texts; what a picture shows only eyes can read."""
    alt = brand.logo.alt if brand.logo else None
    logo = "a logo, which may show any words, called"
    texts = {"name": brand.name, "footer": brand.footer, logo: alt}
    told = [f"{what} {_json(text)}" for what, text in texts.items() if text is not None]
    return ", ".join(told) or "colours or fonts only"


def _json(text: str) -> str:
    return json.dumps(text[:MOST], ensure_ascii=False)
