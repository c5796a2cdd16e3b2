"""Facts of a message become its subject, its plain text and its HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import structlog

from vigie import clock, paths
from vigie.errors import ReportError
from vigie.templating import MISTAKES, Sandbox, describe, roots, sandbox
from vigie.watching.told import Told, for_customers, one_line, told

REPORTS = ("customer_draft", "customer_report")
CUSTOMER = ("customer_opened", "customer_update", "customer_resolved", *REPORTS)
TEAM = (
    "pre_alert",
    "page",
    "overdue_update",
    "relapse",
    "reminder",
    "dead_letter",
    "blind",
    "test",
    "dissolved",
    "cancelled",
    "merged",
)
FALLBACK = "en"
SUBJECT = 150  # characters; phones show some forty

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as people read it."""

    subject: str  # one line
    text: str
    html: str


def render(
    kind: str,
    facts: Mapping[str, object],
    directory: Path | None = None,
    *,
    now: datetime | None = None,
) -> Rendered:
    """Return the message *kind* with *facts* at *now*, customers' in their language.

    Templates of *directory* win over the shipped ones; a mistake in them is logged, and the
    shipped ones are used: a wrong template must not silence a crisis. No fact need be there.
    Raises ReportError for an unknown kind.
    """
    if kind not in CUSTOMER + TEAM:
        raise ReportError(f'message kind "{kind}": there is none (write one of {", ".join(TEAM)})')
    at = now or clock.now()
    own = roots(directory) if directory else ()
    try:
        return _render(kind, facts, own or (paths.REPORTS,), at)
    except MISTAKES as error:
        if not own:
            raise ReportError(describe(error)) from error
        log.warning(
            "wording: a template is wrong, the shipped one is sent",
            kind=kind,
            why=describe(error),
            do="correct reports/templates/messages",
        )
        return _render(kind, facts, (paths.REPORTS,), at)


def _render(
    kind: str, facts: Mapping[str, object], folders: tuple[Path, ...], now: datetime
) -> Rendered:
    audience = "customer" if kind in CUSTOMER else "team"
    language = _spoken(facts.get("language"), folders) if audience == "customer" else FALLBACK
    known = told(facts, language=language, now=now)
    context = _context(kind, language, for_customers(known) if audience == "customer" else known)
    plain, rich = _templates(folders, rich=False), _templates(folders, rich=True)
    subject = plain.get_template("messages/subject.txt").render(context)
    page = "report" if kind in REPORTS else audience
    text = plain.get_template(f"messages/{page}.txt").render(context)
    return Rendered(
        subject=one_line(subject, SUBJECT) or known.key,
        text=_without_gaps(text),
        html=rich.get_template(f"messages/{page}.html").render(context),
    )


@lru_cache  # compiling takes longer than filling; a changed file is read again all the same
def _templates(folders: tuple[Path, ...], *, rich: bool) -> Sandbox:
    return sandbox(folders, autoescape=rich)


def _context(kind: str, language: str, known: Told) -> dict[str, object]:
    own = "team" if kind in TEAM else f"words/{language}"
    told_of = {name: getattr(known, name) for name in known.__slots__}
    return {"kind": kind, "language": language, "words": f"messages/{own}.jinja", **told_of}


def _spoken(wished: object, folders: tuple[Path, ...]) -> str:
    """Return the language for a wished one: `fr` for `fr-CA`, English for an unknown one."""
    files = (path for root in folders for path in root.glob("templates/messages/words/*.jinja"))
    language = re.split(r"[-_]", str(wished).lower())[0]
    return language if language in {path.stem for path in files} else FALLBACK


def _without_gaps(text: str) -> str:
    """Leave out the empty lines that a missing fact leaves behind."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
