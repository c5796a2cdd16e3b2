"""Targets that the catalogue writes as addresses, and what the address guard says of them."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from vigie.catalogue import Endpoint
from vigie.probing.address import literal_refusal
from vigie.probing.request import BadUrl

HostOf = Callable[[str], str]  # raises BadUrl where a placeholder hides the host


class Guarded(Endpoint):
    """A kind whose target names a host, which may be an address."""

    HOST: ClassVar[tuple[str, HostOf]]  # the field of the target, and how its host is found

    def refused(self, allow: Sequence[str]) -> tuple[tuple[str | int, ...], str] | None:
        """Return where it names an address that is never probed under *allow*, and why."""
        field, host_of = self.HOST
        target = getattr(self, field)
        what = refusal_of(host_of, target, allow) if target else None
        return ((field,), what) if what else None


def refusal_of(host_of: HostOf, target: str, allow: Sequence[str]) -> str | None:
    """Return why the address that *target* names may not be probed, if it names one.

    A name may lead anywhere, and so may a placeholder: they are judged once they are resolved.
    """
    try:
        return literal_refusal(host_of(target), tuple(allow))
    except BadUrl:
        return None
