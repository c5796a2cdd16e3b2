"""Figures and a template folder become one self-contained HTML page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
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
    "date_of",
    "time_of",
    "moment",
)


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
    demonstration: bool = False,
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
            demonstration=demonstration,
            program_version=__version__,
        )
    except TemplateError as error:
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
    environment.filters |= {"utc": utc, "utc_second": utc_second, "service_name": _service_name}
    environment.globals |= {"formats": formats}
    return environment


def _service_name(key: str, names: Mapping[str, str]) -> str:
    return names.get(key, key)


def _describe(error: TemplateError) -> str:
    name, line = getattr(error, "filename", None), getattr(error, "lineno", None)
    where = f"{name or 'template'}:{line}: " if line else f"{getattr(error, 'name', 'template')}: "
    return f"{where}{error.message or 'cannot be rendered'} (correct the template)"
