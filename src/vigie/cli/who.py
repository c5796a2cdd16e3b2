"""Who sits at the keyboard, for what is recorded with a name."""

import getpass
import os


def operator(given: str | None) -> str:
    """Return the name *given*, else the name of this computer's user."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"uid {os.getuid()}"
