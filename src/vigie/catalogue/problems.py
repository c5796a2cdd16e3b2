"""What is wrong with a catalogue, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake, at one place, with what to write instead."""

    file: str
    line: int
    column: int
    path: str  # of the YAML value: services[0].endpoints[1].every
    what: str  # ends with "(what to write)"

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {path}{self.what}"
