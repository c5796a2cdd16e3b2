"""The words of a report in each language: gettext catalogues, read as they are written."""

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from vigie import paths
from vigie.errors import ReportError

LOCALES = paths.REPORTS / "locale"
FALLBACK = "en"


def languages() -> tuple[str, ...]:
    """Return the languages that reports speak."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/report.po")))


def resolve(language: str) -> str:
    """Return the spoken language for a wished one: `fr` for `fr-CA`; refuse unknown ones."""
    spoken = languages()
    for candidate in (language, language.replace("-", "_").split("_")[0].lower()):
        if candidate in spoken:
            return candidate
    raise ReportError(
        f"language {language!r} is not spoken here (write --language {' or '.join(spoken)})"
    )


def spoken_to(language: str) -> str:
    """Return the language of reports for a reader of *language*: English where there is no other.

    Messages speak more languages than reports: a customer of theirs must not be without a report.
    """
    try:
        return resolve(language)
    except ReportError:
        return FALLBACK


@lru_cache
def words(language: str) -> gettext.GNUTranslations:
    """Return the translations of a spoken *language*, compiled in memory."""
    return _compile(LOCALES / language / "report.po", language)


def translated(text: str, language: str) -> str:
    """Return a message of the shipped templates in a spoken *language*."""
    return words(language).gettext(text)


def _compile(path: Path, language: str) -> gettext.GNUTranslations:
    with path.open("rb") as source:
        catalog = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
