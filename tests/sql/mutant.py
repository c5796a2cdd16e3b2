"""Small wrongs in the SQL that somebody could write; the suite must notice each one."""

from dataclasses import dataclass

from vigie import paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One place of one file of functions, written wrongly."""

    name: str
    file: str
    right: str
    wrong: str

    def text(self) -> str:
        """Return the file with the wrong in it; raises AssertionError when the place is gone."""
        text = (paths.SQL / "functions" / self.file).read_text(encoding="utf-8")
        assert text.count(self.right) >= 1, f"{self.name}: {self.file} has no {self.right!r}"
        return text.replace(self.right, self.wrong)
