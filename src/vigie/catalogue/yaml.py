"""YAML with positions: plain data whose every part still knows its line and column.

Scalars follow the YAML 1.2 core schema, so `no` is a word, `010` and `1:30` stay as written.
Tags, merge keys, duplicate keys, endless aliases and bottomless nesting are refused.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

import yaml

from vigie.catalogue.problems import Problem
from vigie.catalogue.words import shown

Part = str | int
Trail = tuple[Part, ...]

MOST_NODES = 1_000_000  # per file, aliases counted as often as they are used
DEEPEST = 50
_IMPLICIT = "implicit"
_WORDS = {"null": None, "true": True, "false": False}
_CORE_WORD = re.compile(r"null|Null|NULL|true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")  # 010 is not one: nobody agrees on it
_REAL = re.compile(
    r"[-+]?((\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]{1,2})?|[0-9]+[eE][-+]?[0-9]{1,2})"
)
PLACEHOLDER = re.compile(r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s}][^}\n]*)\}")


class Real(float):
    """A number with a decimal point that remembers how it was written."""

    text: str


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that we do not want; nothing of the file can be trusted after it."""

    def __init__(self, node: yaml.Node, what: str) -> None:
        super().__init__(problem=what, problem_mark=node.start_mark)


class _Loader(yaml.CSafeLoader):
    """Composes nodes only: every scalar is left as it was written, every tag is kept."""

    depth = 0

    def resolve(self, kind: object, value: object, implicit: object) -> str:  # noqa: ARG002
        """Return a mark that no written tag can be."""
        return _IMPLICIT

    def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:  # noqa: ARG002
        """Refuse to nest deeper than the C parser's own stack could bear."""
        self.depth += 1
        if parent and self.depth > DEEPEST:
            raise _RefusedError(parent, f"nested deeper than {DEEPEST} levels (write it flatter)")

    def ascend_resolver(self) -> None:
        """Leave one level."""
        self.depth -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its data, and where each part of it stands."""

    file: str
    node: yaml.Node
    data: object
    refused: frozenset[Trail] = frozenset()  # what is in the file, and was left out of the data

    def at(self, trail: Trail) -> object:
        """Return the part of the data that *trail* leads to; None where there is none."""
        value = self.data
        for part in trail:
            try:
                value = value[part]  # type: ignore[index]  # a wrong type is what we ask about
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def lacks(self, trail: Trail) -> bool:
        """Whether something at *trail* was left out of the data."""
        return any(it[: len(trail)] == trail for it in self.refused)

    def original(self, trail: Trail) -> Trail:
        """Return the trail in the file of a *trail* in the data: items may have been left out."""
        found: Trail = ()
        for part in trail:
            found = (*found, self._place(found, part) if isinstance(part, int) else part)
        return found

    def _place(self, items: Trail, index: int) -> int:
        kept = (place for place in count() if (*items, place) not in self.refused)
        return next(islice(kept, index, None))

    def problem(self, trail: Sequence[Part], what: str, *, key: bool = False) -> Problem:
        """Return the problem at *trail*: at its value, or at the *key* that holds it.

        Parts that are not in the document are skipped: pydantic adds the names of union members.
        """
        node, mark, path = self.node, self.node.start_mark, []
        for part in self.original(tuple(trail)):
            found = _child(node, part)
            if found is None:
                continue
            path.append(part)
            mark = (found[0] if key else found[1]).start_mark
            node = found[1]
        return Problem(self.file, mark.line + 1, mark.column + 1, path_text(path), what)


def path_text(trail: Sequence[Part]) -> str:
    """Return *trail* as people write it: `services[0].key`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_seen(part)}" for part in trail)
    return "".join(parts).removeprefix(".")


def _seen(key: str) -> str:
    """Return *key* so that it can be seen: a space at its edge, or what prints as nothing."""
    return key if key.isprintable() and key == key.strip() else json.dumps(key)


def _child(node: yaml.Node, part: Part) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key and value nodes of *part* in *node*."""
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if pair[0].value == str(part))
        return next(pairs, None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def read(path: Path, name: str, problems: list[Problem]) -> tuple[list[Document], bool]:
    """Return the documents of the file at *path*, and whether all of it could be read.

    What could not be read is added to *problems*, under the *name* of the file.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, 1, "", "is not UTF-8 (save the file as UTF-8)"))
        return [], False
    except OSError as error:
        what = f"cannot be read: {error.strerror} (make it readable)"
        problems.append(Problem(name, 1, 1, "", what))
        return [], False
    return _read(text, name, problems)


def _read(text: str, name: str, problems: list[Problem]) -> tuple[list[Document], bool]:
    documents = []
    try:
        reader = _Reader(file=name, problems=problems)
        for node in yaml.compose_all(text, Loader=_Loader):
            data = reader.data(node)
            if data is not None:
                documents.append(Document(file=name, node=node, data=data))
    except yaml.YAMLError as error:
        problems.append(_syntax(error, text, name))
        return documents, False
    return documents, True


def _syntax(error: yaml.YAMLError, text: str, name: str) -> Problem:
    if isinstance(error, _RefusedError):
        return Problem(name, *_place(error.problem_mark), "", str(error.problem))
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        what = ", ".join(filter(None, (error.context, error.problem)))
        return Problem(name, *_place(mark), "", f"is not YAML: {what} (correct the syntax)")
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(name, line, column, "", "is not YAML: a control character (remove it)")
    return Problem(name, 1, 1, "", str(error))


def _place(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Turns nodes into data, counting them so that aliases cannot multiply without end."""

    file: str
    problems: list[Problem]
    nodes: int = 0
    trail: list[Part] = field(default_factory=list)
    above: set[int] = field(default_factory=set)  # nodes being read: an alias to one is a loop
    seen: set[tuple[int, int, str]] = field(default_factory=set)  # an aliased problem is told once

    def data(self, node: yaml.Node) -> object:
        """Return the plain data of *node*."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            what = f"has more than {MOST_NODES} values, aliases included (write several files)"
            raise _RefusedError(node, what)
        if node.tag != _IMPLICIT:
            self._refuse(node, f"{shown(node.tag)} is a tag, which has no meaning here (remove it)")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        return self._collection(node)

    def _collection(self, node: yaml.Node) -> object:
        if id(node) in self.above:
            raise _RefusedError(node, "contains itself through an alias (write it out)")
        self.above.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._inside(index, item) for index, item in enumerate(node.value)]
            return dict(self._pairs(node))
        finally:
            self.above.discard(id(node))

    def _inside(self, part: Part, node: yaml.Node) -> object:
        self.trail.append(part)
        value = self.data(node)
        self.trail.pop()
        return value

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[str, object]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(key, "a key must be a word (write name: value)")
            elif key.value == "<<" and not key.style:
                self._refuse(key, '"<<" merges are not part of YAML 1.2 (write the keys out)')
            elif key.value in first:
                line = first[key.value]
                what = f"{shown(key.value)} is given twice, first on line {line} (keep one)"
                self._refuse(key, what)
            else:
                first[key.value] = key.start_mark.line + 1
                yield key.value, self._inside(key.value, value)

    def _scalar(self, node: yaml.ScalarNode) -> object:
        text: str = node.value
        if "${" in text and "${" in PLACEHOLDER.sub("", text):
            what = f"{shown(text)} has a broken placeholder"
            self._refuse(node, f"{what} (write ${{env:NAME}} or ${{file:PATH}})")
        return text if node.style else _core(text)  # the C parser says "" for plain

    def _refuse(self, node: yaml.Node, what: str) -> None:
        mark = node.start_mark
        if (mark.line, mark.column, what) not in self.seen:
            self.seen.add((mark.line, mark.column, what))
            path = path_text(self.trail)
            self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, path, what))


def _core(text: str) -> object:
    """Return the plain scalar *text* under the YAML 1.2 core schema."""
    if text in ("", "~"):
        return None
    if _CORE_WORD.fullmatch(text):
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _REAL.fullmatch(text):
        number = Real(text)
        number.text = text
        return number
    return text
