"""What each expectation of a probe came to, for whoever asked to be told.

A probe ends at the first expectation that is not met. While somebody listens, the kind tells of
every one of them, by the same check; while nobody does, it costs a look at a variable.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from vigie.catalogue import Model
from vigie.probing.failure import Failed
from vigie.probing.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One expectation, and what came."""

    name: str  # as the catalogue writes it: "status", "header content-type"
    asked: str
    came: str | None  # None: nothing that could be looked at
    passed: bool | None  # None: the attempt ended before anybody could tell


Singled = tuple[str, str, Model]  # name, what is asked, and *expect* with nothing else in it

_listening: ContextVar[list[Checked] | None] = ContextVar("listening", default=None)


@contextmanager
def listening() -> Iterator[list[Checked]]:
    """Give the list into which the expectations of the probes inside this block go."""
    told: list[Checked] = []
    token = _listening.set(told)
    try:
        yield told
    finally:
        _listening.reset(token)


def tell(
    expect: Model,
    check: Callable[[Model], None],
    trace: Trace,
    came: Callable[[], Mapping[str, str]],
    anything: Mapping[str, object],
) -> None:
    """Tell of each expectation, if somebody listens.

    *check* raises Failed for what is not met; *came* says what came, by name; *anything* holds
    the values of those fields that ask for something even where nothing is written.
    """
    told = _listening.get()
    if told is None:
        return
    seen = came()
    for name, asked, one in singled(expect, anything):
        failure = _failure(check, one)
        found = failure.detail if failure else seen.get(name, "as asked")
        told.append(
            Checked(
                name=f"{trace.label}{name}",
                asked=asked,
                came=trace.printable(found),
                passed=failure is None,
            )
        )


def _failure(check: Callable[[Model], None], one: Model) -> Failed | None:
    try:
        check(one)
    except Failed as failure:
        return failure
    return None


def singled(expect: Model, anything: Mapping[str, object] | None = None) -> Iterator[Singled]:
    """Yield the expectations in *expect* one by one, its own before those of every kind.

    In this order they are checked.
    """
    written = expect.model_dump(mode="json", by_alias=True)
    fields = type(expect).model_fields
    for field, info in sorted(
        fields.items(), key=lambda it: it[0] not in type(expect).__annotations__
    ):
        name, value = info.alias or field, getattr(expect, field)
        if value is None or (not value and isinstance(value, Mapping | tuple)):
            continue
        if isinstance(value, Mapping):
            for key, item in value.items():
                asked = _text(written[name][key])
                yield f"{name} {key}", asked, _only(expect, anything, field, {key: item})
        else:
            yield name, _text(written[name]), _only(expect, anything, field, value)


def _only(expect: Model, anything: Mapping[str, object] | None, field: str, value: object) -> Model:
    fields = type(expect).model_fields
    empty = {name: info.get_default(call_default_factory=True) for name, info in fields.items()}
    # Without a second validation: the values are those of a model that passed its own.
    return expect.model_copy(update={**empty, **(anything or {}), field: value})


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)
