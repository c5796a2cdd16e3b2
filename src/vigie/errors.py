"""Every error that a person can meet.

The message is one line: where, what, and what to write instead.
A class's docstring is its message when none is given.
"""


class VigieError(Exception):
    """Vigie stopped because of a problem that it could not name."""

    status = 1  # with which the process ends

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class CatalogueError(VigieError):
    """The catalogue has problems."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UsageError(VigieError):
    """A command was asked for something that does not exist or makes no sense."""


class DatabaseError(VigieError):
    """PostgreSQL could not be reached or used."""


class DatabaseDownError(DatabaseError):
    """PostgreSQL does not answer; it may come back by itself."""


class MigrationError(DatabaseError):
    """The database and this program do not fit together."""


class SpoolError(VigieError):
    """Results cannot be written to the local spool."""


class NewerSpoolError(SpoolError):
    """A spool file was written by a newer program."""


class PlaceholderError(VigieError):
    """A secret that the catalogue points at cannot be read."""


class LinkError(VigieError):
    """This link was not made here (open the one of the message itself)."""


class ExpiredLinkError(LinkError):
    """This link has expired (acknowledge from the command line)."""


class ReportError(VigieError):
    """The report could not be made."""


class SettingError(ReportError):
    """A setting of seals names what cannot be used."""
