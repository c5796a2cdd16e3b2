"""A crisis of two customers, and the people who lead it."""

import json

from tests.cli.typed import Typed

CONTRACT = """
key: {key}
customer: {{key: {key}-sa, name: {name}, language: fr, recipients: {recipients}}}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {{essential: [shop]}}
"""
ROLES = {
    "support_agent": "bob",
    "incident_manager": "alice",
    "support_manager": "carol",
    "infrastructure": "dave",
    "development": "erin",
}


def open_crisis(typed: Typed) -> None:
    """Bring two customers to the shop and a rota into force; let ann open crisis-1."""
    contracts = typed.folder / "reports" / "contracts"
    contracts.mkdir(parents=True)
    for key, name, recipients in (
        ("acme", "Acme", "[sla@acme.example]"),
        ("globex", "Globex", "[]"),
    ):
        text = CONTRACT.format(key=key, name=name, recipients=recipients)
        (contracts / f"{key}.yaml").write_text(text, encoding="utf-8")
    status, _, error = typed("apply")
    assert (0, "") == (status, error)
    people = {
        person: {
            "name": f"{person.title()} Martin",
            "roles": [role],
            "reach": [{"channel": "email", "to": f"{person}@vendor.example"}],
        }
        for role, person in ROLES.items()
    }
    spec = json.dumps({"people": people, "levels": [["alice"]], "good_for_s": 0})
    typed.query(f"insert into fact.rota (spec, recorded_at) values ('{spec}', now())")
    assert typed("crisis", "open", "shop", "--reason", "no orders", "--by", "ann") == (
        0, "crisis-1\n", "",
    )  # fmt: skip


def said(typed: Typed, *arguments: str, status: int = 0) -> str:
    """Return what `crisis …` printed, or the error it ended with."""
    ended, out, error = typed("crisis", *arguments)
    assert (status, "") == (ended, out if status else error), (out, error)
    return error if status else out


def lead(typed: Typed) -> None:
    """Lead crisis-1 until customers are informed."""
    roles = [f"{role}={who}" for role, who in ROLES.items()]
    said(typed, "staff", "crisis-1", *roles, "--by", "alice")
    said(typed, "plan", "crisis-1", "--text", "carol tells them")
    said(typed, "resolve", "crisis-1", "--text", "Repaired.", "--by", "alice")
    typed.query("update fact.outbox set state = 'sent', sent_at = now() returning 1")
    said(typed, "waive", "crisis-1", "globex-sa", "--reason", "told by telephone")
