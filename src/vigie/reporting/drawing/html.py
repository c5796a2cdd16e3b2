"""Figures and a template folder become one self-contained HTML page."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from vigie import __version__
from vigie.errors import ReportError
from vigie.reporting.drawing.charts import bar, calendars, curve, finding
from vigie.reporting.drawing.curves import gauges, speed
from vigie.reporting.drawing.grids import grid
from vigie.reporting.drawing.strips import ribbon, strip
from vigie.reporting.figures.brandrecords import SHIPPED, Brand
from vigie.reporting.figures.reasons import reason
from vigie.reporting.figures.records import Figures
from vigie.reporting.figures.revisions import Revision
from vigie.reporting.formats import Formats, utc, utc_second
from vigie.reporting.words import resolve, spoken_to, words
from vigie.templating import MISTAKES, Sandbox, describe, sandbox, visible

FILTERS = (
    "percent",
    "seconds",
    "amount",
    "duration",
    "limit",
    "written",
    "day",
    "day_month",
    "month",
    "month_inside",
    "date_of",
    "time_of",
    "moment",
    "milliseconds",
    "month_short",
    "number",
)


def _only(*functions: Callable[..., object]) -> Mapping[str, Callable[..., object]]:
    return MappingProxyType({function.__name__: function for function in functions})


# A module would lead a template to all that it imports: files, programs, clocks.
DRAWINGS = {
    "charts": _only(calendars, finding, curve, bar),
    "curves": _only(speed, gauges),
    "grids": _only(grid),
    "strips": _only(strip, ribbon),
}


def to_html(
    figures: Figures,
    *,
    folders: Sequence[Path],
    now: datetime,
    language: str | None = None,
    document: str = "monthly",
    sealed: bool = False,
    revision: Revision | None = None,
    brand: Brand = SHIPPED,
) -> str:
    """Return the report as HTML in *language* (default: the customer's), made at *now*.

    Equal arguments give equal text: a page reads no clock.
    """
    spoken = spoken_in(figures, language)
    return fill(
        f"{document}/report.html",
        _environment(folders, spoken, figures.period.timezone, brand),
        figures=figures,
        **DRAWINGS,
        language=spoken,
        now=now.replace(microsecond=0),
        demonstration=figures.contract.demonstration,
        sealed=sealed,
        revision=revision,
    )


def spoken_in(figures: Figures, language: str | None) -> str:
    """Return the language of the report's words: *language*, else the customer's."""
    return resolve(language) if language else spoken_to(figures.contract.language)


def fill(name: str, environment: Sandbox, **context: object) -> str:
    """Return the template *name* with *context*; raise ReportError where it is wrong."""
    try:
        return environment.get_template(name).render(program_version=__version__, **context)
    except MISTAKES as error:
        raise ReportError(describe(error)) from error


def _environment(
    folders: Sequence[Path], language: str, timezone: str, brand: Brand = SHIPPED
) -> Sandbox:
    environment = sandbox(folders, autoescape=True, reader=f"{language} {timezone}")
    environment.finalize = visible  # every place that is filled
    # The extension adds this method at run time.
    environment.install_gettext_translations(words(language), newstyle=True)  # type: ignore[attr-defined]
    offer_formats(environment, Formats(language, timezone), brand)
    environment.filters |= {
        "service_name": _service_name,
        "short_digest": _short_digest,
        "reason": reason,
    }
    return environment


def offer_formats(environment: Sandbox, formats: Formats, brand: Brand = SHIPPED) -> None:
    """Give templates the filters that print numbers and dates for one reader, and the brand."""
    environment.filters |= {name: getattr(formats, name) for name in FILTERS}
    environment.filters |= {"utc": utc, "utc_second": utc_second, "sentence": _sentence}
    environment.globals |= {"formats": formats, "brand": brand}


def _sentence(text: str) -> str:
    """Return *text* with a capital: in some languages it begins with the name of a month."""
    return text[:1].upper() + text[1:]


def _service_name(key: str, names: Mapping[str, str]) -> str:
    return names.get(key, key)


def _short_digest(text: str) -> str:
    """Cut a file's digest to what people compare; report.json has it whole."""
    return re.sub(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}", r"\1…", text)
