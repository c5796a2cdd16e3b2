"""A mail server on loopback that says, or fails to say, exactly what a test wants."""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage

SILENT = b""
DIES = b"\0"
TRICKLES = b"\1"
ANSWERS = {
    "greeting": b"220 mail.vendor.example ESMTP\r\n",
    "EHLO": b"250-mail.vendor.example\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
    "STARTTLS": b"220 go ahead\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "MAIL": b"250 2.1.0 Ok\r\n",
    "RCPT": b"250 2.1.5 Ok\r\n",
    "DATA": b"354 go ahead\r\n",
    "end": b"250 2.0.0 Ok: queued as 4F2A\r\n",
    "QUIT": b"221 bye\r\n",
}


class PostOffice:
    """Keeps every command and every letter it took."""

    def __init__(
        self, answers: Mapping[str, bytes] | None = None, settings: ssl.SSLContext | None = None
    ) -> None:
        self.heard: list[str] = []
        self.letters: list[EmailMessage] = []
        self.sources: list[bytes] = []
        self.left = asyncio.Event()
        self._answers = {**ANSWERS, **(answers or {})}
        self._settings = settings

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            going = await self._say("greeting", reader, writer)
            while going and (line := (await reader.readline()).decode()):
                self.heard.append(line.strip())
                going = await self._command(line.split()[0], reader, writer)
        finally:
            self.left.set()

    async def _command(
        self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        going = await self._say(command, reader, writer)
        if command == "STARTTLS" and self._settings and going:
            await writer.start_tls(self._settings)
        if command == "DATA" and going and self._answers["DATA"].startswith(b"354"):
            source = await reader.readuntil(b"\r\n.\r\n")
            self.sources.append(source[:-3].replace(b"\r\n..", b"\r\n."))
            self.letters.append(message_from_bytes(self.sources[-1], policy=policy.default))
            return await self._say("end", reader, writer)
        return going and command != "QUIT"

    async def _say(
        self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        answer = self._answers[step]
        if answer == DIES:
            return False
        if answer == SILENT:
            await reader.read()  # until the other side leaves
            return False
        while answer == TRICKLES:
            writer.write(b"250-")
            await writer.drain()
            await asyncio.sleep(0.05)
        writer.write(answer)
        await writer.drain()
        return True


def login(user: str, password: str) -> str:
    return "AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()).decode()
