"""Templates of the user's directory and shipped ones, sandboxed, and what is wrong in them."""

import traceback
from collections.abc import Sequence
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vigie import paths

# What a template can do wrong: Jinja's own errors, and Python's for a wrong expression.
MISTAKES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def roots(directory: Path) -> tuple[Path, ...]:
    """Return the report folders in the order of search: the user's, then the shipped one."""
    return (directory / "reports", paths.REPORTS)


def sandbox(folders: Sequence[Path], *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Return templates of *folders* that can do no harm; an unknown name in them is an error."""
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder / "templates") for folder in folders]),
        extensions=["jinja2.ext.i18n"],
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def describe(error: Exception) -> str:
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
