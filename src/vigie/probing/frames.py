"""A WebSocket session as far as one probe goes: the handshake, and the message that is awaited.

Slow to import, like wsproto: only who probes an endpoint of kind websocket imports it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import wsproto
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from vigie.probing.auth import Headers
from vigie.probing.dialogue import Found
from vigie.probing.failure import Failed
from vigie.probing.request import AGENT, Url
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

READ_MAX = 1024 * 1024  # bytes of the whole session
EVENTS_MAX = 1000  # parts of messages, and pings: two bytes of the target's cost us far more time
SLICE = 4096  # bytes; wsproto moves all that it was given for each frame
MATCHED_MAX = 64 * 1024  # characters of a message
SWITCHING, OK = 101, 200
NORMAL = 1000


class Session:
    """Reads what the target sends; a `connection.Receiver` for one step after the other."""

    def __init__(self, trace: Trace, send: Callable[[bytes], None]) -> None:
        self.complete = False
        self.subprotocol: str | None = None
        self._trace = trace
        self._send = send
        self._socket = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self._found: Found | None = None
        self._wanted = "the handshake's answer"
        self._size = self._events = 0  # bytes so far, and what they held
        self._late = b""  # came when nothing was awaited
        self._text = ""  # of the message that is coming
        self._texts: list[str] = []  # whole messages that nobody looked at yet
        self._passed = 0  # messages that were not the wanted one
        self._ended: str | None = None  # how the target ended the session

    def opening(self, url: Url, headers: Headers, subprotocols: Sequence[str]) -> bytes:
        """Return the request that opens the session; raise Failed when it cannot be sent."""
        named = {name.lower() for name, _ in headers}
        agent = () if "user-agent" in named else (("User-Agent", AGENT),)
        request = Request(
            host=url.origin.partition("://")[2],
            target=url.target,
            extra_headers=[(n.encode(), v.strip().encode()) for n, v in (*agent, *headers)],
            subprotocols=list(subprotocols),
        )
        try:
            return self._socket.send(request)
        except LocalProtocolError as error:
            raise Failed(Reason.INTERNAL, f"the request cannot be sent: {error}") from error

    def message(self, text: str) -> bytes:
        """Return *text* as it is sent; raise Failed when the target has ended the session."""
        try:
            return self._socket.send(TextMessage(data=text))
        except LocalProtocolError as error:
            raise self._over() from error

    def goodbye(self) -> bytes:
        """Return what ends the session in good order; nothing where the target ended it."""
        try:
            return self._socket.send(CloseConnection(code=NORMAL))
        except LocalProtocolError:
            return b""

    def await_message(self, found: Found, wanted: str) -> None:
        """Be complete again only when a message comes that *found* accepts, or came already."""
        self.complete, self._found, self._wanted = False, found, wanted
        self._trace.phase = f"waiting for {wanted}"
        self._look()
        late, self._late = self._late, b""
        self.feed(late)

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it is no WebSocket, too much or a refusal."""
        try:
            for start in range(0, len(data), SLICE):
                if self.complete:
                    self._late += data[start:]
                    return
                self._read(data[start : start + SLICE])
        except (RemoteProtocolError, UnicodeDecodeError) as error:
            # wsproto reads headers as ASCII and lets what is none raise.
            raise Failed(Reason.PROTOCOL, f"the answer is no WebSocket: {error}") from error
        except LocalProtocolError as error:
            raise Failed(Reason.PROTOCOL, f"data after the end: {error}") from error

    def _read(self, data: bytes) -> None:
        self._size += len(data)
        self._socket.receive_data(data)
        for event in self._socket.events():
            self._events += 1
            self._take(event)
            self._look()
            if not self.complete and (self._events > EVENTS_MAX or self._size > READ_MAX):
                much = f"1 MiB or {EVENTS_MAX} messages"
                raise Failed(Reason.TOO_LARGE, f"{much} came without {self._wanted}")

    def end(self) -> None:
        """Take in the end of the connection; raise Failed when something is still awaited."""
        if not self.complete:
            what = f"the target closed the connection before {self._wanted}"
            raise Failed(Reason.RESET, what)

    def _take(self, event: Event) -> None:
        if isinstance(event, RejectConnection) and event.status_code >= OK:
            self._trace.status = event.status_code
            raise Failed(Reason.STATUS, f"status {event.status_code}, expected {SWITCHING}")
        if isinstance(event, AcceptConnection):
            self._trace.status, self.subprotocol = SWITCHING, event.subprotocol
            self.complete = True
        elif isinstance(event, Ping):
            self._send(self._socket.send(event.response()))
        elif isinstance(event, TextMessage | BytesMessage):
            self._take_part(event)
        elif isinstance(event, CloseConnection):
            said = f": {event.reason}" if event.reason else ""
            self._ended = f"{int(event.code)}{said}"

    def _take_part(self, part: Message[Any]) -> None:
        data = part.data
        self._text += data if isinstance(data, str) else bytes(data).decode("utf-8", "replace")
        if part.message_finished:
            self._texts.append(self._text[:MATCHED_MAX])
            self._text = ""

    def _look(self) -> None:
        """Look at the messages that came; raise Failed when the wanted one can come no more."""
        while self._found and self._texts and not self.complete:
            self.complete = self._found(self._texts.pop(0))
            self._passed += not self.complete
            self._trace.phase = f"waiting for {self._wanted}; {self._passed} other messages came"
        if self._ended is not None and not self.complete:
            raise self._over()

    def _over(self) -> Failed:
        how = self._ended or "without a word"
        return Failed(Reason.PROTOCOL, f"the session ended with {how} before {self._wanted}")
