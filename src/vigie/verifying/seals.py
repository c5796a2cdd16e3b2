"""The seal of a report, where it has one."""

from collections.abc import Callable
from typing import Any

from vigie import reporting
from vigie.verifying.checks import Check
from vigie.verifying.container import Container


def check_seal(file: Container) -> Check:
    """Return whether the seal is intact, covers the whole file and is of somebody trusted."""
    if not file.signatures:
        says = "none: nobody vouches for the figures themselves"
        return Check(name="seal", holds=None, says=says)
    verify: Callable[[bytes], Any] | None = getattr(reporting, "verify_seal", None)
    if verify is None:
        says = "there is one, and this version of Vigie cannot check it"
        return Check(name="seal", holds=None, says=says)
    return _told(verify(file.content))


def _told(seal: Any) -> Check:  # noqa: ANN401 - the record of verify_seal
    faults = {
        "intact": "the file was changed after it was sealed",
        "whole": "it does not cover the whole file",
        "trusted": "its certificate is not trusted here",
    }
    found = [says for name, says in faults.items() if not getattr(seal, name)]
    who = f"by {seal.signer}, {seal.at}"
    return Check(name="seal", holds=not found, says="; ".join([who, *found]))
