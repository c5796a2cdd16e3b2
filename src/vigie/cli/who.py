"""Who sits at the keyboard, for what is recorded with a name."""

import getpass
import os

from vigie import storing
from vigie.errors import UsageError


def operator(given: str | None) -> str:
    """Return the name *given*, without needless spaces; None: this computer's user."""
    if given is None:
        return _user()
    name = " ".join(given.split())
    if not name:
        raise UsageError("by: is empty (write who does it)")
    storing.check_text("by", name)
    return name


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"uid {os.getuid()}"
