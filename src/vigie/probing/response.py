"""Read one HTTP/1 answer from a target that may be hostile: everything is capped."""

import re
import zlib

import httptools

from vigie.probing.failure import Failed
from vigie.probing.result import Reason

HEAD_MAX = 64 * 1024  # bytes of status lines and headers, interim answers included
BODY_MAX = 1024 * 1024  # bytes, on the wire and decompressed
WIRE_MAX = HEAD_MAX + 8 * BODY_MAX  # bytes of all: a chunk of one byte takes six
SWITCHING_PROTOCOLS, OK = 101, 200
CHARSETS = {"us-ascii", "utf-8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252"}
HEAD_TOO_LARGE = "the headers are larger than 64 KiB"
TOO_LARGE = "the body is larger than 1 MiB (probe a smaller page, or write method: HEAD)"


class Response:
    """The answer as far as it has come; a `connection.Receiver`."""

    def __init__(self, method: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}  # names in lower case, repeated ones joined
        self.body = b""
        self.complete = False
        self.encoded = ""  # the encoding of a body that cannot be read, such as br
        self._head_only = method == "HEAD"
        self._in_head = True
        self._values: dict[str, list[str]] = {}
        self._named = 0  # bytes of names and values
        self._size = 0  # bytes fed
        self._body_size = 0
        self._parts: list[bytes] = []
        self._inflate: Inflate | None = None
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it is no HTTP or too much."""
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.on_message_complete()
        except httptools.HttpParserCallbackError as error:
            if not self.complete:
                raise error.__context__ or error from None  # what a method below raised
        except httptools.HttpParserError as error:
            if not self.complete:  # or it is about what follows a whole answer
                raise Failed(Reason.PROTOCOL, f"the answer is not HTTP: {error}") from error
        if self._in_head and self._size > HEAD_MAX:
            raise Failed(Reason.TOO_LARGE, HEAD_TOO_LARGE)
        if self._size > WIRE_MAX and not self.complete:
            raise Failed(Reason.TOO_LARGE, TOO_LARGE)

    def text(self, most: int) -> str | None:
        """Return the first *most* bytes of the body so far, in the charset that it names.

        None when it comes in an encoding that was not asked for.
        """
        if self.encoded:
            return None
        content = self.body or b"".join(self._parts)
        match = re.search(r"charset=\"?([\w-]+)", self.headers.get("content-type", ""))
        named = match[1].lower() if match else ""
        # Only plain charsets: Python also knows codecs that unpack archives.
        return content[:most].decode(named if named in CHARSETS else "utf-8", "replace")

    def end(self) -> None:
        """Take in the end of the connection; raise Failed when the answer is not whole."""
        if self.complete:
            return
        if not self._size:
            raise Failed(Reason.RESET, "the target closed the connection without an answer")
        if self._in_head:
            raise Failed(Reason.PROTOCOL, "the answer ends inside its headers")
        length = self.headers.get("content-length")
        if length is not None:
            got = f"{self._body_size} of {length} bytes"
            raise Failed(Reason.PROTOCOL, f"the body ends early: {got}")
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            raise Failed(Reason.PROTOCOL, "the body ends early: its last chunk is missing")
        self._finish()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (httptools calls this and the next ones)."""
        if self.complete:
            return  # of an answer that nobody asked for
        self._named += len(name) + len(value)
        if self._named > HEAD_MAX:
            raise Failed(Reason.TOO_LARGE, HEAD_TOO_LARGE)
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        self._values.setdefault(key, []).append(text)

    def on_headers_complete(self) -> None:
        """Prepare for the body."""
        if self.complete:
            return
        self.status = self._parser.get_status_code()
        self.headers = {name: ", ".join(values) for name, values in self._values.items()}
        self._values.clear()
        if self._is_interim():
            return
        self._in_head = False
        if self._head_only:
            self._finish()
            return
        encoding = self.headers.get("content-encoding", "identity").lower()
        if encoding in Inflate.ENCODINGS:
            self._inflate = Inflate(BODY_MAX)
        elif encoding != "identity":
            self.encoded = encoding

    def on_body(self, data: bytes) -> None:
        """Keep a piece of the body; raise Failed when it is too much."""
        if self.complete:
            return
        self._body_size += len(data)
        if self._body_size > BODY_MAX:
            raise Failed(Reason.TOO_LARGE, TOO_LARGE)
        self._parts.append(self._inflate.take(data) if self._inflate else data)

    def on_message_complete(self) -> None:
        """End the answer, or wait for the real one after an interim one."""
        if not self._is_interim() and not self.complete:
            self._finish()

    def _is_interim(self) -> bool:
        return self.status < OK and self.status != SWITCHING_PROTOCOLS

    def _finish(self) -> None:
        if self._inflate and self._body_size and not self._inflate.whole:
            raise Failed(Reason.PROTOCOL, "the compressed body ends early")
        self.body = b"".join(self._parts)
        self.complete = True


class Inflate:
    """Decompress gzip or deflate as it streams in, and stop at a cap: a bomb ends early."""

    ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})

    def __init__(self, most: int) -> None:
        self._left = most
        self._wbits = 47  # gzip or zlib, told apart by their first bytes
        self._stream = zlib.decompressobj(self._wbits)
        self._started = False

    @property
    def whole(self) -> bool:
        """Tell whether the compressed data came to its end."""
        return self._stream.eof

    def take(self, data: bytes) -> bytes:
        """Return *data* decompressed; raise Failed when it is broken or too much."""
        out = []
        while data:
            plain = self._step(data)
            self._left -= len(plain)
            if self._left < 0:
                raise Failed(Reason.TOO_LARGE, TOO_LARGE)
            out.append(plain)
            data = self._rest()
        return b"".join(out)

    def _step(self, data: bytes) -> bytes:
        try:
            plain = self._stream.decompress(data, self._left + 1)
        except zlib.error as error:
            if self._started:
                raise Failed(Reason.PROTOCOL, f"the compressed body is broken: {error}") from error
            plain = self._raw(data)
        self._started = True
        return plain

    def _raw(self, data: bytes) -> bytes:
        """Decompress bare deflate: some servers leave out zlib's two bytes."""
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._stream.decompress(data, self._left + 1)
        except zlib.error as error:
            raise Failed(Reason.PROTOCOL, f"the compressed body is broken: {error}") from error

    def _rest(self) -> bytes:
        if not self._stream.eof:
            return self._stream.unconsumed_tail
        rest = self._stream.unused_data
        if rest.startswith(b"\x1f\x8b"):  # gzip may consist of several members
            self._stream = zlib.decompressobj(self._wbits)
            return rest
        return b""
