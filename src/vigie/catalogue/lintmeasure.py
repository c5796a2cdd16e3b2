"""What a contract promises and the probes of its services cannot show."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Service
from vigie.catalogue.scalars import duration_text

_TWO = 2
# From three nines on, what a month allows is so short that a longer interval can miss all of it.
_STRICT = Decimal("0.999")
_OFTEN = timedelta(minutes=1)


def _services(it: Looking) -> list[Service]:
    keys = {*it.contract.essential, *it.contract.other}
    return [service for service in it.catalogue.services if service.key in keys]


def _part(it: Looking, service: Service) -> str:
    return f"services.{'essential' if service.key in it.contract.essential else 'other'}"


def _locations(it: Looking) -> Iterator[Finding]:
    for service in _services(it):
        seen = {place for e in service.endpoints for place in e.locations or it.catalogue.locations}
        if len(seen) < _TWO:
            yield it.finding(
                _part(it, service),
                f"{service.key} is probed from one location only, {min(seen)}",
                "what is seen from there is what counts",
                "locations: [paris, london] in probes/",
            )


def _interval(it: Looking) -> Iterator[Finding]:
    target = it.contract.terms.target
    for service in _services(it):
        for endpoint in service.endpoints:
            if target is not None and target >= _STRICT and endpoint.every > _OFTEN:
                every = duration_text(endpoint.every)
                yield it.finding(
                    _part(it, service),
                    f"{endpoint.key} is probed every {every}, too seldom for the target:"
                    " a shorter outage can go unseen",
                    "what no probe saw counts as up",
                    f"every: 60s at {endpoint.key} in probes/",
                )


def _limits(it: Looking) -> Iterator[Finding]:
    """An interval that is not shorter than a limit cannot tell whether the limit was kept."""
    terms = it.contract.terms
    limits = {
        "interruption.max": terms.interruption_max,
        "crisis.longer_than": terms.crisis_longer_than,
    }
    for path, limit in limits.items():
        for endpoint in (e for service in _services(it) for e in service.endpoints):
            if limit is not None and endpoint.every >= limit:
                every = duration_text(endpoint.every)
                yield it.finding(
                    path,
                    f"{endpoint.key} is probed every {every},"
                    f" which cannot show an outage of {duration_text(limit)}",
                    "an outage is known from the first slot that fails",
                    f"every: 60s at {endpoint.key} in probes/",
                )


def _customers(it: Looking) -> Iterator[Finding]:
    needed = it.contract.terms.crisis_customers
    most = max(map(len, _hit(it)), default=0)
    if needed is not None and most < needed:
        yield it.finding(
            "crisis.customers",
            f"a crisis hits at least {needed} customers,"
            f" and no service of this contract is contracted by more than {most}",
            "the crisis never fires",
            "crisis: {customers: 1}, or the contracts of the others",
        )


def _hit(it: Looking) -> list[set[str]]:
    """Return, for each service of the contract, the customers whose contracts cover it."""
    return [
        {
            other.customer.key
            for other in it.catalogue.contracts
            if key in (*other.essential, *other.other)
        }
        for key in (*it.contract.essential, *it.contract.other)
    ]


RULES = (_locations, _interval, _limits, _customers)
