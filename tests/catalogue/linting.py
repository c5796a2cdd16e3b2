"""A contract in which nothing is open, and what is found in it once something changed."""

from collections.abc import Callable, Mapping

from vigie.catalogue import Catalogue, lint

Good = Callable[[Mapping[str, str]], Catalogue]
Change = tuple[str, str, str]  # file, old, new

SHOP, GOLD = "probes/shop.yaml", "reports/plans/gold.yaml"
OFFICE, ACME = "reports/calendars/office.yaml", "reports/contracts/acme.yaml"
# Everything that can be said is said, so that nothing is open.
FILES = {
    SHOP: """\
locations: [paris, london]
services:
  - key: api
    name: Public API
    endpoints:
      - {key: api-health, http: 'https://shop.example/'}
""",
    GOLD: """\
key: gold
document: {title: Gold agreement, version: "7"}
availability: {target: "99.9", basis: month, hours: always, maintenance: up, unknown: down}
maintenance: {notice: {working_days: 3, calendar: office}}
crisis: {longer_than: 10m, customers: 1}
clauses: {availability.target: "§ 3", maintenance.notice: "§ 5"}
""",
    OFFICE: """\
key: office
timezone: Europe/Paris
hours: {mon-fri: ["09:00-12:00", "13:00-17:00"], sat: ["22:00-06:00"]}
holidays: null
""",
    ACME: """\
key: acme
customer: {key: acme, name: Acme SA, language: fr, recipients: [sla@acme.example]}
plan: gold
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [api]}
accepted: {AMB-7: agreed by mail}
""",
}


def found(good: Good, *changes: Change) -> list[str]:
    """Return the findings after *changes*, each of a text that stands once in its file."""
    files = dict(FILES)
    for file, old, new in changes:
        assert 1 == files[file].count(old)
        files[file] = files[file].replace(old, new)
    catalogue = good(files)
    findings = lint(catalogue.contracts, catalogue)
    return [str(finding) for finding in findings if not finding.accepted]
