"""What each expectation of an HTTP answer came to, for whoever asked to be told."""

from collections.abc import Mapping
from datetime import datetime

from vigie.catalogue import Model
from vigie.probing.checked import tell
from vigie.probing.expect import HttpExpect, check
from vigie.probing.limits import came_of
from vigie.probing.response import Response
from vigie.probing.trace import Trace

ANYTHING = {"status": ((100, 599),)}


def tell_checked(expect: HttpExpect, response: Response, trace: Trace, now: datetime) -> None:
    """Tell whoever listens how *response* met each expectation."""

    def check_one(one: Model) -> None:
        assert isinstance(one, HttpExpect)
        check(one, response, trace, now)

    tell(expect, check_one, trace, lambda: _came(expect, response, trace, now), ANYTHING)


def _came(expect: HttpExpect, response: Response, trace: Trace, now: datetime) -> Mapping[str, str]:
    headers = {f"header {it}": response.headers.get(it.lower(), "") for it in expect.header}
    return {
        **came_of(trace, now),
        **headers,
        "status": str(response.status),
        "body_contains": f"found in {len(response.body)} bytes",
        "body_regex": f"found in {len(response.body)} bytes",
    }
