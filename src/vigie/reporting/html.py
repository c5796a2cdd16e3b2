"""Figures and a template folder become one self-contained HTML page."""

import re
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vigie import __version__, paths
from vigie.errors import ReportError
from vigie.reporting import charts
from vigie.reporting.formats import Formats, utc, utc_second
from vigie.reporting.records import Figures
from vigie.reporting.words import resolve, words

FILTERS = (
    "percent",
    "seconds",
    "duration",
    "limit",
    "day",
    "day_month",
    "month",
    "date_of",
    "time_of",
    "moment",
)

# What a template can do wrong: Jinja's own errors, and Python's for a wrong expression.
MISTAKES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def roots(directory: Path) -> tuple[Path, ...]:
    """Return the report folders in the order of search: the user's, then the shipped one."""
    return (directory / "reports", paths.REPORTS)


def to_html(
    figures: Figures,
    *,
    folders: Sequence[Path],
    now: datetime,
    language: str | None = None,
    document: str = "monthly",
) -> str:
    """Return the report as HTML in *language* (default: the customer's), made at *now*."""
    spoken = resolve(language or figures.contract.language)
    environment = _environment(folders, spoken, figures.period.timezone)
    try:
        return environment.get_template(f"{document}/report.html").render(
            figures=figures,
            charts=charts,
            language=spoken,
            now=now.replace(microsecond=0),
            demonstration=figures.contract.demonstration,
            program_version=__version__,
        )
    except MISTAKES as error:
        raise ReportError(_describe(error)) from error


def _environment(
    folders: Sequence[Path], language: str, timezone: str
) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder / "templates") for folder in folders]),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The extension adds this method at run time.
    environment.install_gettext_translations(words(language), newstyle=True)  # type: ignore[attr-defined]
    formats = Formats(language, timezone)
    environment.filters |= {name: getattr(formats, name) for name in FILTERS}
    environment.filters |= {
        "utc": utc,
        "utc_second": utc_second,
        "service_name": _service_name,
        "short_digest": _short_digest,
    }
    environment.globals |= {"formats": formats}
    return environment


def _service_name(key: str, names: Mapping[str, str]) -> str:
    return names.get(key, key)


def _short_digest(text: str) -> str:
    """Cut a file's digest to what people compare; report.json has it whole."""
    return re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}", r"\1…", text)


def _describe(error: Exception) -> str:
    """Say in one line what is wrong in which template, and where."""
    what = " ".join(str(error).split()) or type(error).__name__
    return f"{_place(error)}: {what} (correct the template)"


def _place(error: Exception) -> str:
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name}:{error.lineno}"
    # Jinja puts the templates into the traceback; the innermost one is to blame.
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames if _is_template(frame)]
    return places[-1] if places else "template"


def _is_template(frame: traceback.FrameSummary) -> bool:
    return not frame.filename.endswith(".py")
