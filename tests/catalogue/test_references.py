"""References: where they are asked from, what they lead to, and the note where they are missing."""

from collections.abc import Callable, Mapping

import pytest

from vigie.catalogue import Catalogue, are_enough, reference_note, references_at

Good = Callable[[Mapping[str, str]], Catalogue]

SERVICES = """
services:
  - {key: api, name: API, endpoints: [{key: a, http: "https://shop.example/"}]}
"""


def made(good: Good, text: str, *, locations: str = "[paris, london]") -> Catalogue:
    network = f"locations: {locations}\nreferences: {text}\n"
    return good({"probes/network.yaml": network, "probes/shop.yaml": SERVICES})


def test_references_of_all_files_are_asked_from_their_locations(good: Good) -> None:
    found = made(
        good,
        "[{key: dns, tcp: '192.0.2.1:53'}, {key: box, tcp: 'box:22', locations: [paris]}]",
    )

    assert ["dns", "box"] == [it.key for it in references_at(found, "paris")]
    assert ["dns"] == [it.key for it in references_at(found, "london")]


@pytest.mark.parametrize(
    ("target", "host", "port"),
    [
        ("tcp: '192.0.2.1:53'", "192.0.2.1", 53),
        ("tcp: '[2001:db8::1]:443'", "2001:db8::1", 443),
        ("tcp: Box.example:22", "box.example", 22),
        ("http: https://Box.example/", "box.example", 443),
        ("http: http://box.example", "box.example", 80),
        ("http: 'http://box.example:8080/x?y'", "box.example", 8080),
    ],
)
def test_reference_leads_to_a_host_and_a_port(
    good: Good, target: str, host: str, port: int
) -> None:
    (one,) = made(good, f"[{{key: one, {target}}}]").references

    assert (host, port) == (one.host, one.port)


@pytest.mark.parametrize(
    ("references", "without"),
    [
        ("[]", "paris, london"),
        ("[{key: a, tcp: 'a:1'}]", "paris, london"),
        ("[{key: a, tcp: 'a:1'}, {key: b, tcp: 'a:2'}]", "paris, london"),  # one host
        ("[{key: a, tcp: 'a:1'}, {key: b, tcp: 'b:1', locations: [paris]}]", "london"),
        ("[{key: a, tcp: 'a:1'}, {key: b, http: 'http://b/'}]", None),
    ],
)
def test_note_names_the_locations_without_a_check(
    good: Good, references: str, without: str | None
) -> None:
    found = made(good, references)
    note = reference_note(found)

    assert (without is None) == (note is None)
    if without:
        assert note
        assert note.startswith(f"note: no own-network check at {without}, for want of two")
    enough = [it for it in found.locations if are_enough(references_at(found, it))]
    assert [it for it in found.locations if it not in (without or "")] == enough
