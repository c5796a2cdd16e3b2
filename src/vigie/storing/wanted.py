"""The catalogue as rows for the temporary tables `wanted_…`."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

from pydantic import TypeAdapter

from vigie.catalogue import (
    Calendar,
    Catalogue,
    Contract,
    Customer,
    Endpoint,
    Holiday,
    LeftOpen,
    Service,
    Written,
    left_open,
)
from vigie.storing.results import Row
from vigie.storing.wantedrota import rota_rows

_US = timedelta(microseconds=1)
_CONTRACT = TypeAdapter(Contract)
# Crises of other rules than these are told in words of their own.
DEFINED = (
    "availability.",
    "interruption.",
    "maintenance.",
    "crisis.longer_than",
    "crisis.customers",
)
SAID = ("accepted", "demonstration", "plan_name")
_OPEN = TypeAdapter(tuple[LeftOpen, ...])


def wanted_rows(catalogue: Catalogue) -> dict[str, list[Row]]:
    """Return the rows of each temporary table, in its column order."""
    calendars = list(catalogue.calendars.values())
    return {
        "wanted_location": [(key,) for key in catalogue.locations],
        "wanted_service": [_service(service) for service in catalogue.services],
        "wanted_endpoint": [
            _endpoint(service.key, endpoint)
            for service in catalogue.services
            for endpoint in service.endpoints
        ],
        "wanted_reference": [
            (json.dumps(it.model_dump(mode="json", by_alias=True)),) for it in catalogue.references
        ],
        "wanted_calendar": [_calendar(calendar) for calendar in calendars],
        "wanted_year": [row for calendar in calendars for row in _years(calendar)],
        "wanted_hours": [row for calendar in calendars for row in _hours(calendar)],
        "wanted_day": [row for calendar in calendars for row in _days(calendar)],
        "wanted_customer": [_customer(customer) for customer in _customers(catalogue)],
        "wanted_contract": [_contract(it, catalogue) for it in catalogue.contracts],
        "wanted_contract_service": [row for c in catalogue.contracts for row in _covered(c)],
        "wanted_rota": rota_rows(catalogue.rota),
    }


def _service(service: Service) -> Row:
    rule = service.down_when
    at_least = rule if isinstance(rule, int) else None
    return (service.key, service.name, at_least, rule == "all", sorted(service.allow))


def _endpoint(service: str, endpoint: Endpoint) -> Row:
    spec = json.dumps(endpoint.model_dump(mode="json", by_alias=True))
    every = _us(endpoint.every)
    return (endpoint.key, service, every, endpoint.quorum, endpoint.since, endpoint.until, spec)


def _calendar(calendar: Calendar) -> Row:
    wording = calendar.model_dump_json(include={"key", "timezone", "hours", "yearly"})
    digest = hashlib.sha256(wording.encode()).hexdigest()
    return (calendar.key, digest, calendar.timezone, calendar.yearly.model_dump_json())


def _years(calendar: Calendar) -> Iterator[Row]:
    for year in calendar.years:
        yield (calendar.key, year, calendar.holidays_source)


def _hours(calendar: Calendar) -> Iterator[Row]:
    for hours in calendar.hours:
        yield (calendar.key, hours.weekday, _us(hours.opens), _us(hours.closes))


def _days(calendar: Calendar) -> Iterator[Row]:
    for holiday in calendar.holidays:
        for opens, closes in _special_hours(holiday):
            yield (calendar.key, holiday.day, holiday.name, opens, closes)


def _special_hours(holiday: Holiday) -> list[tuple[int | None, int | None]]:
    if not holiday.hours:
        return [(None, None)]
    return [(_us(opens), _us(closes)) for opens, closes in holiday.hours]


def _customers(catalogue: Catalogue) -> list[Customer]:
    return list({c.customer.key: c.customer for c in catalogue.contracts}.values())


def _customer(customer: Customer) -> Row:
    return (customer.key, customer.name, customer.language, list(customer.recipients))


def _contract(contract: Contract, catalogue: Catalogue) -> Row:
    terms = contract.terms
    return (
        contract.key,
        contract.customer.key,
        contract.starts,
        contract.ends,
        contract.plan,
        contract.timezone,
        terms.target,
        terms.basis,
        terms.hours,
        terms.maintenance,
        terms.unknown,
        _us_or_none(terms.interruption_max),
        terms.interruption_calendar,
        _us(terms.join_within),
        terms.notice_working_days,
        terms.notice_calendar,
        terms.outside,
        _us_or_none(terms.cap_time),
        terms.cap_per,
        _us_or_none(terms.crisis_longer_than),
        terms.crisis_customers,
        *map(_us_or_none, terms.night or (None, None)),
        list(terms.enforced),
        _words(contract, catalogue),
    )


def _words(contract: Contract, catalogue: Catalogue) -> str:
    """Return what was agreed as JSON: what was written, what it came to, what it leaves open."""
    whole = _CONTRACT.dump_python(contract, mode="json", exclude_defaults=True)
    services = {"essential": whole["essential"], "other": whole["other"]}
    kept = {"words": whole.get("words", {}), "terms": whole["terms"], "services": services}
    # Left out where nothing is said, as defaults are, so that a wording recorded before they were
    # kept still stands.
    said = {name: whole[name] for name in SAID if whole.get(name)}
    unsaid = _OPEN.dump_python(left_open(contract, catalogue), mode="json", exclude_defaults=True)
    clauses = {term: it.clause for term, it in contract.written.items() if _is_defined(term, it)}
    said |= {"clauses": clauses} if clauses else {}
    return json.dumps(kept | said | ({"open": unsaid} if unsaid else {}))


def _is_defined(term: str, written: Written) -> bool:
    """Whether reports define the term, and a clause of it is named."""
    return bool(written.clause) and term.startswith(DEFINED)


def _covered(contract: Contract) -> Iterator[Row]:
    services = (*contract.essential, *contract.other)
    for position, service in enumerate(services, start=1):
        essential = service in contract.essential
        yield (contract.key, contract.starts, service, essential, position)


def _us(length: timedelta) -> int:
    """Return whole microseconds; PostgreSQL would take a day of timedelta as a calendar day."""
    return length // _US


def _us_or_none(length: timedelta | None) -> int | None:
    return None if length is None else _us(length)
