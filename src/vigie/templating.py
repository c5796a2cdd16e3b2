"""Templates of the user's directory and shipped ones, sandboxed, and what is wrong in them."""

import re
import traceback
from collections.abc import Callable, Sequence
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from types import BuiltinMethodType, CodeType, MethodType, ModuleType
from typing import Any

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vigie import paths
from vigie.legible import legible

# What a template can do wrong: Jinja's own errors, and Python's for a wrong expression.
MISTAKES = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


# What Python calls a thing that has no text of its own: by where it lies in memory.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
# `%s` of strftime, also `%-s`: seconds since 1970 by the clock of the machine.
_EPOCH = re.compile(r"(?<!%)(?:%%)*%[-_0^#]*\d*[EO]?s")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates that see records and what is offered to them by name.

    They reach no module and no class, which lead to files and programs, and read neither a clock
    nor chance, nor the machine's time zone: equal arguments give equal pages anywhere.
    """

    def __init__(self, folders: Sequence[Path], **options: Any) -> None:  # noqa: ANN401 - Jinja's
        super().__init__(loader=ChoiceLoader([_Inside(folder) for folder in folders]), **options)
        del self.globals["lipsum"], self.filters["random"]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401
        """Say whether a template may read *attr*, which is *value*, of *obj*."""
        if isinstance(value, BuiltinMethodType | MethodType):
            value = value.__self__  # `now`, `today` and `fromtimestamp` belong to the class
        return not isinstance(value, ModuleType | type) and super().is_safe_attribute(
            obj, attr, value
        )

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Call *obj* unless it would answer by the machine's time zone."""
        if isinstance(obj, BuiltinMethodType) and isinstance(obj.__self__, date | time):
            _check_zone(obj, [*args, *kwargs.values()])
        return super().call(context, obj, *args, **kwargs)


def _check_zone(method: BuiltinMethodType, arguments: Sequence[object]) -> None:
    """Raise SecurityError where *method* of a date or time reads the machine's time zone."""
    name, naive = method.__name__, getattr(method.__self__, "tzinfo", None) is None
    if name == "astimezone" and (naive or arguments in ([], [None])):
        raise SecurityError("astimezone() without a time zone takes the machine's: name one")
    if name == "timestamp" and naive:
        raise SecurityError("timestamp() of a time without a zone takes the machine's")
    if name == "strftime" and any(_EPOCH.search(str(one)) for one in arguments):
        raise SecurityError("strftime('%s') takes the machine's time zone: print timestamp()")


class _Inside(FileSystemLoader):
    """Templates of a report folder, out of which no link leads."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "templates")
        self._folder = folder.resolve()

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return what *template* says; TemplateError where it lies elsewhere."""
        found = super().get_source(environment, template)
        if not Path(found[1]).resolve().is_relative_to(self._folder):
            raise TemplateError(f"{template} is a link that leads out of {self._folder}")
        return found


class _Compiled(BytecodeCache):
    """Templates of one reader compiled once a process: that takes a quarter of a report's time.

    What they become depends on the environment, too: never on another's escaping.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._held.get(_kind(bucket), ("", None))
        if checksum == bucket.checksum:  # the file may have been edited
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[_kind(bucket)] = (bucket.checksum, bucket.code)


def _kind(bucket: Bucket) -> tuple[object, ...]:
    environment = bucket.environment
    newstyle = getattr(environment, "newstyle_gettext", False)
    return bucket.key, environment.autoescape, environment.finalize, newstyle


def roots(directory: Path) -> tuple[Path, ...]:
    """Return the report folders in the order of search: the user's, then the shipped one."""
    return (directory / "reports", paths.REPORTS)


@lru_cache(maxsize=16)
def _compiled(_reader: str) -> _Compiled:
    return _Compiled()


def sandbox(folders: Sequence[Path], *, autoescape: bool, reader: str | None = None) -> Sandbox:
    """Return templates of *folders* that can do no harm; an unknown name in them is an error.

    Compiling takes longer than filling: templates of one *reader* are compiled once. Not of all
    readers, because filters of constants are applied as they are compiled.
    """
    return Sandbox(
        folders,
        extensions=["jinja2.ext.i18n"],
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(reader) if reader else None,
    )


def visible(value: object) -> object:
    r"""Return what a template prints, with what turns or hides text shown as \u202e.

    Control characters, which no font has, are left out. What is Markup stays so. TemplateError
    where it prints nothing but a place in memory, which is another one each time.
    """
    if not isinstance(value, str):
        if not isinstance(value, Undefined):  # `{{ x if y }}` prints nothing
            _check_text(value)
        return value
    return type(value)(legible(_UNSEEN.sub("", value)))


def _check_text(value: object) -> None:
    if callable(value) or _ADDRESS.search(str(value)):
        raise TemplateError(f"a {type(value).__name__} has no text: print what it gives")


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
