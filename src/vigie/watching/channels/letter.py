"""A message as a mail: plain and HTML, threaded, and with no room for anybody's headers."""

import hashlib
import re
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from vigie.errors import one_line
from vigie.probing import BadUrl, ascii_host
from vigie.watching.message import Message, NotSent

# What needs no quotes in SMTP; nothing in it can end an address or begin a header.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
LOCAL_MAX, DOMAIN_MAX = 64, 255
SUBJECT_MAX = 250  # characters


def letter(message: Message, *, sender: str, to: str, now: datetime) -> EmailMessage:
    """Return *message* as a mail from *sender* (`Name <address>`) to the address *to*.

    Its Message-ID is the same at each attempt, so a mail that came twice is recognised.

    Raises:
        NotSent: one of the addresses is none.
    """
    writer = _sender(sender)
    made = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    made["From"] = writer
    made["To"] = mailbox(to)
    made["Subject"] = one_line(" ".join(message.subject.split()))[:SUBJECT_MAX]
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
        display_name=one_line(" ".join(name.split())),
        username=found.username,
        domain=found.domain,
    )


def _name(of: str, writer: Address) -> str:
    digest = hashlib.sha256(of.encode(errors="replace")).hexdigest()[:32]
    return f"<{digest}@{writer.domain}>"
