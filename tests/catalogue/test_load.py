"""A folder of YAML becomes a Catalogue."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from vigie.catalogue import Catalogue, Contract, Endpoint, Kinds, Terms, load
from vigie.errors import CatalogueError

Good = Callable[[Mapping[str, str]], Catalogue]
Bad = Callable[[Mapping[str, str]], list[str]]
Write = Callable[[Mapping[str, str]], Path]

CONTRACT = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr, recipients: [sla@acme.example]}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [api]}
"""


def contract(good: Good, text: str, **files: str) -> Contract:
    """Return the only contract of a catalogue with the contract *text*."""
    catalogue = good({"reports/contracts/acme.yaml": text, **files})
    (found,) = catalogue.contracts
    return found


def test_smallest_catalogue_has_one_location_and_the_defaults(good: Good) -> None:
    catalogue = good({})
    endpoint = catalogue.services[0].endpoints[0]

    assert ("main",) == catalogue.locations
    assert (60, 10, (2, 10)) == (
        endpoint.every.total_seconds(),
        endpoint.timeout.total_seconds(),
        tuple(retry.total_seconds() for retry in endpoint.retries),
    )
    assert () == catalogue.contracts
    assert {} == catalogue.calendars


def test_endpoint_is_of_the_kind_whose_key_it_has(good: Good, kinds: Kinds) -> None:
    probes = "services: [{key: db, name: DB, endpoints: [{key: db, tcp: 'db.example:5432'}]}]"
    catalogue = good({"probes/shop.yaml": probes})

    assert kinds["tcp"] is type(catalogue.services[0].endpoints[0])


def test_lengow_premium_means_what_the_text_says(good: Good) -> None:
    expected = Terms(
        target=Decimal("0.9998"),
        basis="year",
        hours=None,
        maintenance="downtime",
        unknown="neither",
        interruption_max=timedelta(hours=2),
        interruption_calendar="lengow-support",
        join_within=timedelta(0),
        notice_working_days=2,
        notice_calendar="lengow-support",
        outside="lengow-support",
        cap_time=timedelta(hours=6),
        cap_per="quarter",
        crisis_longer_than=timedelta(minutes=10),
        crisis_customers=2,
        night=(timedelta(hours=22), timedelta(hours=30)),
    )

    assert expected == contract(good, CONTRACT).terms


def test_lengow_essential_differs_from_premium_in_support_only(good: Good) -> None:
    premium = contract(good, CONTRACT)
    essential = contract(good, CONTRACT.replace("premium", "essential"))

    assert premium.terms == essential.terms
    assert {"support", "document"} >= {
        name for name in premium.words if premium.words[name] != essential.words[name]
    }
    assert "2bh" == _first_reply(premium)
    assert "8bh" == _first_reply(essential)


def _first_reply(found: Contract) -> object:
    support = found.words["support"]
    assert isinstance(support, dict)
    return support["first_reply"]["critical"]


def test_contract_overrides_single_terms_of_its_plan(good: Good) -> None:
    text = CONTRACT + 'terms: {availability: {target: "99.9", basis: month}}\n'
    terms = contract(good, text).terms

    assert (Decimal("0.999"), "month", "downtime") == (terms.target, terms.basis, terms.maintenance)
    assert timedelta(hours=2) == terms.interruption_max


@pytest.mark.parametrize(
    ("rules", "night", "enforced"),
    [
        ("{or: null}", None, ()),
        ('{or: "23:00-05:00"}', (timedelta(hours=23), timedelta(hours=29)), ()),
        ("{enforce: [cap]}", (timedelta(hours=22), timedelta(hours=30)), ("cap",)),
        ("{outside: always, enforce: [outside]}", (timedelta(hours=22), timedelta(hours=30)),
         ("outside",)),
    ],
)  # fmt: skip
def test_hours_of_maintenance_are_written_and_enforced(
    good: Good, rules: str, night: object, enforced: object
) -> None:
    terms = contract(good, CONTRACT + f"terms: {{maintenance: {rules}}}\n").terms

    assert (night, enforced) == (terms.night, terms.enforced)
    assert ("always" in rules) == (terms.outside is None)


def test_null_takes_a_term_of_the_plan_away(good: Good) -> None:
    terms = contract(good, CONTRACT + "terms: {crisis: null, maintenance: {cap: null}}\n").terms

    assert (None, None, None, None) == (
        terms.crisis_longer_than,
        terms.crisis_customers,
        terms.cap_time,
        terms.cap_per,
    )
    assert 2 == terms.notice_working_days


def test_lists_of_a_plan_are_replaced_and_mappings_merged(good: Good) -> None:
    plan = "key: gold\nextends: lengow-premium\nnot_liable: [misuse]\nsupport: {portal: never}\n"
    words = contract(
        good, CONTRACT.replace("lengow-premium", "gold"), **{"reports/plans/gold.yaml": plan}
    ).words
    support = words["support"]

    assert ["misuse"] == words["not_liable"]
    assert isinstance(support, dict)
    assert ("never", "lengow-support") == (support["portal"], support["calendar"])


def test_plan_of_the_user_hides_the_shipped_one_of_its_name(good: Good) -> None:
    plan = 'key: lengow-premium\navailability: {target: "99.5", basis: month}\n'
    catalogue = good({"reports/contracts/acme.yaml": CONTRACT, "reports/plans/mine.yaml": plan})

    assert Decimal("0.995") == catalogue.contracts[0].terms.target
    assert [("reports/plans/mine.yaml", False)] == [
        (origin.file, origin.shipped) for origin in catalogue.origins if origin.sort == "plan"
    ]


def test_plan_without_terms_promises_nothing(good: Good) -> None:
    terms = contract(
        good,
        CONTRACT.replace("lengow-premium", "free"),
        **{"reports/plans/free.yaml": "key: free\n"},
    ).terms

    assert (None, None, timedelta(0)) == (terms.target, terms.interruption_max, terms.join_within)


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ('"99.98"', "0.9998"),
        ("99.98", "0.9998"),
        ("99", "0.99"),
        ("100", "1"),
        ("99.999999999999999999", "0.99999999999999999999"),  # a float would make it 100
        ('"0.1"', "0.001"),
    ],
)
def test_target_becomes_the_exact_share(good: Good, written: str, share: str) -> None:
    terms = contract(good, f"{CONTRACT}terms: {{availability: {{target: {written}}}}}\n").terms

    assert Decimal(share) == terms.target


def test_version_ends_where_the_next_begins(good: Good) -> None:
    later = CONTRACT.replace("2026-01-01", "2027-01-01")
    last = CONTRACT.replace("2026-01-01", "2028-01-01") + "until: 2028-07-01\n"
    catalogue = good({"reports/contracts/acme.yaml": f"{last}---\n{CONTRACT}---\n{later}"})

    assert [
        (date(2026, 1, 1), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2028, 1, 1)),
        (date(2028, 1, 1), date(2028, 7, 1)),
    ] == [(version.starts, version.ends) for version in catalogue.contracts]


def test_gap_between_versions_is_kept(good: Good) -> None:
    later = CONTRACT.replace("2026-01-01", "2027-01-01")
    catalogue = good({"reports/contracts/acme.yaml": f"{CONTRACT}until: 2026-07-01\n---\n{later}"})

    assert [date(2026, 7, 1), None] == [version.ends for version in catalogue.contracts]


def test_files_of_subfolders_and_both_suffixes_are_read_and_hidden_ones_are_not(good: Good) -> None:
    service = "services: [{key: %s, name: X, endpoints: [{key: %s, tcp: 'x.example:1'}]}]"
    catalogue = good(
        {
            "probes/eu/a.yml": service % ("a", "a"),
            "probes/.trash/b.yaml": "not: [yaml",
            "probes/schema.json": "{}",
        }
    )

    assert ["a", "api"] == sorted(found.key for found in catalogue.services)


def test_locations_of_all_files_are_joined(good: Good) -> None:
    catalogue = good(
        {
            "probes/a.yaml": "locations: [paris, london]",
            "probes/b.yaml": "locations: [london, rome]",
        }
    )

    assert ("paris", "london", "rome") == catalogue.locations


def test_instants_are_utc_whatever_their_offset(good: Good) -> None:
    probes = (
        "services: [{key: a, name: A, endpoints: [{key: a, tcp: 'x:1', "
        "since: '2026-01-01T01:00:00+01:00', until: 2026-02-01}]}]"
    )
    endpoint = good({"probes/shop.yaml": probes}).services[0].endpoints[0]

    assert datetime(2026, 1, 1, tzinfo=UTC) == endpoint.since
    assert datetime(2026, 2, 1, tzinfo=UTC) == endpoint.until


def test_endpoint_survives_the_way_through_json(good: Good, kinds: Kinds) -> None:
    endpoint = good({}).services[0].endpoints[0]
    words = endpoint.model_dump(mode="json")

    assert ("1m", "10s", ["2s", "10s"]) == (words["every"], words["timeout"], words["retries"])
    assert endpoint == kinds["http"].model_validate(words)


def test_placeholders_are_kept_as_text(good: Good, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    address = "https://x.example/${env:TOKEN}/${file:/run/secrets/token}"
    probes = f"services: [{{key: a, name: A, endpoints: [{{key: a, http: '{address}'}}]}}]"
    endpoint = good({"probes/shop.yaml": probes}).services[0].endpoints[0]

    assert address == endpoint.model_dump()["http"]


def test_reference_into_a_file_that_cannot_be_read_is_no_second_problem(bad: Bad) -> None:
    problems = bad(
        {
            "probes/shop.yaml": "services: [\n",
            "reports/plans/gold.yaml": "key: [\n",
            "reports/contracts/acme.yaml": CONTRACT.replace("lengow-premium", "gold"),
        }
    )

    assert ["probes/shop.yaml:2:1", "reports/plans/gold.yaml:2:1"] == [
        problem.split(": ")[0] for problem in problems
    ]


def test_reference_to_a_refused_service_is_no_second_problem(bad: Bad) -> None:
    probes = "services: [{key: api, name: 1, endpoints: [{key: a, tcp: 'x:1'}]}]"
    problems = bad({"probes/shop.yaml": probes, "reports/contracts/acme.yaml": CONTRACT})

    assert [
        "probes/shop.yaml:1:29: services[0].name: 1 is not a text (write it in quotes)"
    ] == problems


def test_file_that_is_not_utf_8_is_named_with_its_line(write: Write, kinds: Kinds) -> None:
    directory = write({})
    (directory / "probes/latin.yaml").write_bytes(b"locations:\n  - caf\xe9\n")

    with pytest.raises(CatalogueError) as caught:
        load(directory, kinds)

    expected = ["probes/latin.yaml:2:1: is not UTF-8 (save the file as UTF-8)"]
    assert expected == caught.value.problems


def test_file_with_a_byte_order_mark_is_read(write: Write, kinds: Kinds) -> None:
    directory = write({})
    (directory / "probes/notepad.yaml").write_text("locations: [paris]", encoding="utf-8-sig")

    assert ("paris",) == load(directory, kinds).locations


def test_link_to_nowhere_is_named(write: Write, kinds: Kinds) -> None:
    directory = write({})
    (directory / "probes/gone.yaml").symlink_to("nowhere.yaml")

    with pytest.raises(CatalogueError, match=r"probes/gone.yaml:1:1: cannot be read"):
        load(directory, kinds)


def test_directory_without_probes_is_told_how_to_start(tmp_path: Path, kinds: Kinds) -> None:
    with pytest.raises(CatalogueError, match=r"probes: no such folder .*vigie init"):
        load(tmp_path, kinds)


def test_empty_files_and_documents_hold_nothing(good: Good) -> None:
    catalogue = good({"probes/empty.yaml": "", "probes/comment.yaml": "# later\n---\n---\n"})

    assert ["api"] == [service.key for service in catalogue.services]


def test_five_thousand_services_load_within_the_bound(good: Good) -> None:
    """Measured at about a second on one core; the bound only catches a quadratic loop."""
    service = """\
  - key: service-{n}
    name: Service {n}
    endpoints:
      - {{key: endpoint-{n}, http: "https://shop.example/{n}", every: 30s, locations: [main]}}
"""
    probes = "services:\n" + "".join(service.format(n=n) for n in range(5000))
    started = time.process_time()
    catalogue = good({"probes/shop.yaml": probes})

    assert 5000 == len(catalogue.services)
    assert time.process_time() - started < 20


class PortEndpoint(Endpoint):
    tcp: str
    tls: bool = False


class CertificateEndpoint(Endpoint):
    tls: str


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("tcp: 'a:1'", PortEndpoint),
        ("tls: 'a:1'", CertificateEndpoint),
        ("tls: true, tcp: 'a:1'", PortEndpoint),
    ],
)
def test_name_of_a_kind_may_be_an_option_of_another(
    target: str, kind: type[Endpoint], write: Write
) -> None:
    text = "services: [{key: a, name: A, endpoints: [{key: a, " + target + "}]}]"
    folder = write({"probes/shop.yaml": text})
    (service,) = load(folder, {"tls": CertificateEndpoint, "tcp": PortEndpoint}).services

    assert [kind] == [type(endpoint) for endpoint in service.endpoints]
