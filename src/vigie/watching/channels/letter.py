"""A message as a mail: plain and HTML, threaded, and with no room for anybody's headers."""

import hashlib
import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

from vigie.legible import one_line
from vigie.probing import BadUrl, ascii_host
from vigie.watching.message import Message, NotSent

# What needs no quotes in SMTP; nothing in it can end an address or begin a header.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LOCAL_MAX, DOMAIN_MAX = 64, 255
SUBJECT_MAX = 250  # characters


class _Folding(EmailPolicy):
    """Folds a subject with the older encoder: the newer one loses a space between words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject":
            return super().fold_binary(name, value)
        charset = "us-ascii" if value.isascii() else "utf-8"
        folded = Header(str(value), charset, header_name=name).encode(linesep="\r\n")
        return f"{name}: {folded}\r\n".encode("ascii")


def letter(message: Message, *, sender: str, to: str, now: datetime) -> EmailMessage:
    """Return *message* as a mail from *sender* (`Name <address>`) to the address *to*.

    Its Message-ID is the same at each attempt, so a mail that came twice is recognised.

    Raises:
        NotSent: one of the addresses is none.
    """
    writer = _sender(sender)
    made = EmailMessage(policy=_Folding(linesep="\r\n", cte_type="7bit"))
    made["From"] = writer
    made["To"] = mailbox(to)
    made["Subject"] = _plain(message.subject)[:SUBJECT_MAX]
    made["Date"] = format_datetime(now)
    # The key alone would do, but one server may hear of crisis-1 from two installations.
    made["Message-ID"] = _name(f"{message.key}\n{message.data.get('started')}", writer)
    made["In-Reply-To"] = made["References"] = _name(f"thread\n{message.thread}", writer)
    made["Auto-Submitted"] = "auto-generated"  # nobody's absence answers it
    if message.urgent:
        made["Importance"], made["X-Priority"] = "high", "1"
    _write(made, message)
    return made


def _write(made: EmailMessage, message: Message) -> None:
    # Quoted-printable: no line is too long for a server, and the source stays readable.
    made.set_content(_text(message.text), cte="quoted-printable")
    if message.html is not None:
        made.add_alternative(_text(message.html), subtype="html", cte="quoted-printable")
    for one in message.files:
        made.add_attachment(one.content, maintype="application", subtype="pdf", filename=one.name)


def _text(text: str) -> str:
    return text.encode(errors="replace").decode()  # half a character cannot be mailed


def mailbox(address: str) -> Address:
    """Return the e-mail *address*, its domain in ASCII.

    Raises:
        NotSent: it is none, or needs an extension that few servers have.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = ascii_host(domain)
    except BadUrl:
        domain = ""
    sizes = len(local) <= LOCAL_MAX and len(domain) <= DOMAIN_MAX
    if not (at and sizes and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain)):
        what = f'"{address[:80]}" is no e-mail address'
        raise NotSent(f"{what} (write somebody@vendor.example)", temporary=False)
    return Address(username=local, domain=domain)


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    found = mailbox(address or text)
    return Address(
        display_name=_plain(name),
        username=found.username,
        domain=found.domain,
    )


def _plain(text: str) -> str:
    """Return *text* on one line, with nothing that a header would be decoded from.

    Python decodes `=?…?=` when a header is set: a line break may come out of it.
    """
    return one_line(" ".join(text.split())).replace("=?", "= ?")


def _name(of: str, writer: Address) -> str:
    digest = hashlib.sha256(of.encode(errors="replace")).hexdigest()[:32]
    return f"<{digest}@{writer.domain}>"
