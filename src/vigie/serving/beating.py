"""`/beat/TOKEN`: where applications call. What they send besides the address is not read."""

from asyncio import get_running_loop

from aiohttp import web

from vigie.probing import Beats, signal_of

BURST, PER_S = 10.0, 1.0  # beats of one endpoint


class Allowance:
    """How many beats each endpoint may still send: *BURST* at once, *PER_S* in the long run."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}  # how many, at which time of the loop

    def take(self, key: str) -> bool:
        """Take one, if one is left."""
        now = get_running_loop().time()
        left, at = self._left.get(key, (BURST, now))
        left = min(BURST, left + (now - at) * PER_S)
        self._left[key] = (left - 1 if left >= 1 else left), now
        return left >= 1


def add_beats(app: web.Application, beats: Beats) -> None:
    """Let *app* take beats."""
    allowance = Allowance()

    async def beat(request: web.Request) -> web.Response:
        signal = signal_of(request.match_info.get("word"))
        key = beats.key_of(request.match_info["token"])
        if key is None or signal is None:
            return _answer(request, 404, "no such beat")
        if not allowance.take(key):
            return _answer(request, 429, "too many beats (send one for each run)")
        try:
            await beats.take(key, signal)
        except OSError:
            return _answer(request, 503, "not kept (try again)")
        return _answer(request, 200, "ok")

    for path in ("/beat/{token}", "/beat/{token}/{word}"):
        app.router.add_get(path, beat)  # HEAD, too
        app.router.add_post(path, beat)


def _answer(request: web.Request, status: int, text: str) -> web.Response:
    response = web.Response(status=status, text=f"{text}\n", headers={"cache-control": "no-store"})
    if status == 429:  # noqa: PLR2004 - the only answer that says when
        response.headers["retry-after"] = str(round(1 / PER_S))
    if request.can_read_body:
        response.force_close()  # rather than read what nobody wants
    return response
