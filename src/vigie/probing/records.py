"""Names, types and values of DNS as the catalogue writes them.

Slow to import, like all of dnspython: only who meets an endpoint of kind dns imports it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
import dns.reversename
from dns.rdtypes.ANY.TXT import TXT

from vigie.catalogue import refusal
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

NAME = re.compile(r"[^\s\"/:;@\\]+")  # of a host or of a service: `_sip._tcp.shop.example`
EXAMPLES = {
    "A": "192.0.2.1",
    "AAAA": '"2001:db8::1"',
    "CAA": "'0 issue \"ca.example\"'",
    "MX": "10 mail.shop.example",
    "SOA": "ns.shop.example admin.shop.example 1 7200 3600 1209600 3600",
    "SRV": "10 5 443 www.shop.example",
    **dict.fromkeys(("CNAME", "NS", "PTR"), "www.shop.example"),
}


@lru_cache(maxsize=4096)
def name_of(text: str, kind: str) -> dns.name.Name:
    """Return the name to ask for; that of an address where pointers are asked for."""
    try:
        if kind == "PTR" and re.fullmatch(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", text):
            return dns.reversename.from_address(text)
        if NAME.fullmatch(text):
            # As browsers do; by the standard of 2003 straße.example is another name.
            return dns.name.from_text(text, idna_codec=dns.name.IDNA_2008_UTS_46)
    except (dns.exception.DNSException, UnicodeError):
        pass
    raise refusal(f'"{text[:60]}" is not a name in DNS', "shop.example")


@lru_cache(maxsize=256)
def type_text(text: str) -> str:
    """Return the name of a type of record; raise a refusal when there is none such."""
    try:
        found = dns.rdatatype.from_text(text)
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        raise refusal(f'"{text[:60]}" is not a type of record', "A, AAAA, MX, TXT, …") from None
    if dns.rdatatype.is_metatype(found):
        raise refusal(f"{text} is a question, not a type of record", "A, AAAA, MX, TXT, …")
    return dns.rdatatype.to_text(found)


@lru_cache(maxsize=256)
def rcode_text(code: str | int) -> str:
    """Return the name of a response code; raise a refusal when there is none such."""
    try:
        found = dns.rcode.from_text(code) if isinstance(code, str) else code
    except (dns.rcode.UnknownRcode, ValueError):
        wanted = "NOERROR, NXDOMAIN, SERVFAIL or REFUSED"
        raise refusal(f'"{str(code)[:60]}" is not a response code', wanted) from None
    return dns.rcode.to_text(dns.rcode.Rcode(found))


def question(name: str, kind: str) -> dns.message.QueryMessage:
    """Return a message that asks for the records of *name*, under an identifier of its own."""
    # Without EDNS, as the system's own resolver asks: some servers refuse what they do not know.
    return dns.message.make_query(name_of(name, kind), kind)


def system_resolvers() -> list[str]:
    """Return the addresses of the system's resolvers, as its file has them now."""
    try:
        found = dns.resolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration as error:
        raise Failed(Reason.DNS_FAILED, "this machine has no resolver configured") from error
    return [str(address) for address in found]


def found_in(answer: dns.message.Message) -> list[dns.rdata.Rdata]:
    """Return the records that *answer* leads to over its aliases; none where there are none.

    Raises:
        Failed: its aliases go in a circle.
    """
    assert isinstance(answer, dns.message.QueryMessage)
    try:
        return list(answer.resolve_chaining().answer or ())
    except dns.exception.DNSException as error:
        raise Failed(Reason.PROTOCOL, f"the answer leads nowhere: {error}") from error


@lru_cache(maxsize=4096)
def value_of(kind: str, text: str) -> bytes:
    """Return what equals `wire` of the record that *text* writes; names need no final dot."""
    if kind == "TXT":
        return text.encode()
    try:
        return wire(dns.rdata.from_text("IN", kind, text, origin=dns.name.root))
    except (dns.exception.DNSException, ValueError):
        example = EXAMPLES.get(kind, "the record as a zone file holds it")
        raise refusal(f'"{text[:60]}" is no value of type {kind}', example) from None


def wire(record: dns.rdata.Rdata) -> bytes:
    """Return *record* for comparing: names in lower case, a text's strings joined."""
    if isinstance(record, TXT):
        return b"".join(record.strings)
    return record.to_digestable(dns.name.root)


def missing(kind: str, wanted: Iterable[str], found: Iterable[dns.rdata.Rdata]) -> list[str]:
    """Return those of the *wanted* values that are not among the *found* records."""
    there = {wire(record) for record in found}
    return [text for text in wanted if value_of(kind, text) not in there]


def shown(record: dns.rdata.Rdata) -> str:
    """Return *record* as the catalogue would write it."""
    if isinstance(record, TXT):
        return b"".join(record.strings).decode("utf-8", "replace")
    return record.to_text().rstrip(".")
