"""What a contract leaves open, and where."""

from dataclasses import dataclass

from vigie.catalogue.model import Catalogue, Contract, Written
from vigie.catalogue.plans import calendars_in


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Finding:
    """One thing that a contract does not say, says twice, or that cannot be measured."""

    file: str
    line: int
    column: int
    path: str  # of the term: availability.hours
    what: str
    default: str  # what holds as long as nothing is written
    write: str  # what settles it
    code: str = ""  # of an ambiguity that texts of this kind have: AMB-4
    accepted: str = ""  # why the contract accepts it; empty: it is open

    @property
    def names(self) -> tuple[str, ...]:
        """What a contract may accept it by."""
        return (self.code, self.path) if self.code else (self.path,)

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column}: {self.path}: {self.what}"
        if self.accepted:
            return f"{said}; default: {self.default}; accepted: {self.accepted}"
        accept = f", or accept {self.code}" if self.code else ""
        return f"{said}; default: {self.default} (write {self.write}{accept})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A version of a contract being looked through, in its catalogue."""

    contract: Contract
    catalogue: Catalogue

    def says(self, path: str) -> bool:
        """Whether the plan or the contract says anything of *path*, even `null`."""
        below = f"{path}."
        return any(
            name == path or name.startswith(below) or path.startswith(f"{name}.")
            for name in self.contract.written
        )

    def finding(self, path: str, what: str, default: str, write: str, *, code: str = "") -> Finding:
        """Return the finding at the place of *path*; of the plan's name when nobody wrote it."""
        place = self._place(path) or self._place("plan")
        return Finding(
            file=place.file if place else "",
            line=place.line if place else 1,
            column=place.column if place else 1,
            path=path,
            what=what,
            default=default,
            write=write,
            code=code,
        )

    def _place(self, path: str) -> Written | None:
        """Return where *path* was written: itself, what it is part of, or its first part."""
        written, names = self.contract.written, path.split(".")
        ways = [".".join(names[:length]) for length in range(len(names), 0, -1)]
        found = [written[way] for way in ways if way in written]
        found += [place for name, place in written.items() if name.startswith(f"{path}.")]
        return found[0] if found else None

    def in_calendar(
        self, key: str, name: str, what: str, default: str, write: str, *, code: str = ""
    ) -> Finding:
        """Return the finding in the file of calendar *key*."""
        calendars = (it for it in self.catalogue.origins if it.sort == "calendar")
        return Finding(
            file=next(it.file for it in calendars if it.key == key),
            line=1,
            column=1,
            path=f"{key}.{name}",
            what=what,
            default=default,
            write=write,
            code=code,
        )

    def calendars(self) -> list[str]:
        """Return the calendars that the terms use, each once."""
        return list(dict.fromkeys(key for _, key in calendars_in(self.contract.words)))
