"""From the documents in reports/contracts/ to contracts, version by version."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from vigie.catalogue.files import Folder
from vigie.catalogue.grammar import ContractFile, PlanFile
from vigie.catalogue.model import Contract, Customer
from vigie.catalogue.names import Names
from vigie.catalogue.plans import (
    check_calendars,
    contradictory,
    incomplete,
    make_terms,
    plan_chain,
    plan_words,
)
from vigie.catalogue.problems import Problem
from vigie.catalogue.provenance import check_clauses, trace
from vigie.catalogue.shelf import Shelf
from vigie.catalogue.termtexts import merge, terms_only
from vigie.catalogue.validate import validate
from vigie.catalogue.words import shown
from vigie.catalogue.yaml import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What contracts may refer to."""

    plans: Shelf[PlanFile]
    calendars: Names
    services: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One document that could be read, and the contract it makes if its terms are whole."""

    document: Document
    shape: ContractFile
    contract: Contract | None


def read_contracts(folder: Folder, promises: Promises, problems: list[Problem]) -> list[Version]:
    """Return the versions of all contracts, in order of key and first day."""
    versions = []
    for document in folder.documents:
        shape = validate(ContractFile, document, (), problems)
        problems.extend(check_calendars(document, ("terms",), promises.calendars))
        problems.extend(check_clauses(document, ("terms",)))
        problems.extend(_service_problems(document, promises.services))
        problems.extend(_plan_problems(document, promises.plans.names))
        if shape:
            contract = _contract(document, shape, promises, problems)
            versions.append(Version(document=document, shape=shape, contract=contract))
    problems.extend(_customer_problems(versions))
    return _in_order(versions, problems)


def _service_problems(document: Document, services: Names) -> Iterator[Problem]:
    seen: set[str] = set()
    for part in ("essential", "other"):
        keys = document.at(("services", part))
        for index, key in enumerate(keys if isinstance(keys, list) else ()):
            trail = ("services", part, index)
            if not isinstance(key, str):
                continue
            if key in seen:
                yield document.problem(trail, f"{shown(key)} is listed twice (write it once)")
            seen.add(key)
            problem = services.refer(key, document, trail)
            if problem:
                yield problem


def _plan_problems(document: Document, plans: Names) -> Iterator[Problem]:
    key = document.at(("plan",))
    problem = plans.refer(key, document, ("plan",)) if isinstance(key, str) else None
    if problem:
        yield problem


def _contract(
    document: Document, shape: ContractFile, promises: Promises, problems: list[Problem]
) -> Contract | None:
    books = plan_chain(shape.plan, promises.plans)
    if books is None:
        return None
    named = books[-1].shape
    words = merge(plan_words(books), terms_only(document.at(("terms",))))
    lacking = [
        document.problem(("plan",), what) for what in (*incomplete(words), *contradictory(words))
    ]
    problems.extend(lacking)
    if shape.until and shape.until <= shape.from_:
        what = "is not after from (write the first day on which the contract no longer holds)"
        problems.append(document.problem(("until",), what))
    return (
        None
        if lacking
        else Contract(
            key=shape.key,
            customer=Customer(
                key=shape.customer.key,
                name=shape.customer.name,
                language=shape.customer.language,
                recipients=shape.customer.recipients,
            ),
            plan=shape.plan,
            timezone=shape.timezone,
            starts=shape.from_,
            ends=shape.until,
            essential=shape.services.essential,
            other=shape.services.other,
            terms=make_terms(words),
            accepted=shape.accepted,
            demonstration=shape.demonstration,
            plan_name=(named.name if named else None) or "",
            words=words,
            written=trace(books, document, words),
        )
    )


def _customer_problems(versions: list[Version]) -> Iterator[Problem]:
    """Yield each customer described in two ways, and each contract with two customers."""
    described: dict[str, Version] = {}
    customers: dict[str, Version] = {}
    for version in versions:
        customer, document = version.shape.customer, version.document
        first = described.setdefault(customer.key, version)
        if customer != first.shape.customer:
            what = f"customer {shown(customer.key)} is described differently at {_place(first)}"
            yield document.problem(("customer",), f"{what} (write the same in both)")
        earlier = customers.setdefault(version.shape.key, version)
        if customer.key != earlier.shape.customer.key:
            known = earlier.shape.customer.key
            what = f"contract {shown(version.shape.key)} is {known}'s at {_place(earlier)}"
            yield document.problem(("customer", "key"), f"{what} (write {known}, or another key)")


def _in_order(versions: list[Version], problems: list[Problem]) -> list[Version]:
    """Return the *versions* sorted, each ending where the next one of its contract begins."""
    ordered = sorted(versions, key=lambda version: (version.shape.key, version.shape.from_))
    ended = ordered[-1:]
    for earlier, later in reversed(list(pairwise(ordered))):
        ends = later.shape.from_ if earlier.shape.key == later.shape.key else None
        if ends:
            problems.extend(_overlap(earlier, later))
        ended.append(_ending(earlier, ends))
    return ended[::-1]


def _ending(version: Version, ends: date | None) -> Version:
    if version.contract is None or version.contract.ends or ends is None:
        return version
    return replace(version, contract=replace(version.contract, ends=ends))


def _overlap(earlier: Version, later: Version) -> Iterator[Problem]:
    day, until = later.shape.from_, earlier.shape.until
    if day == earlier.shape.from_:
        what = f"{day} already has the terms at {_place(earlier)} (write another day)"
        yield later.document.problem(("from",), what)
    elif until and until > day:
        what = f"the version at {_place(earlier)} holds until {until}"
        yield later.document.problem(("from",), f"{what} (write {until}, or end it on {day})")


def _place(version: Version) -> str:
    problem = version.document.problem(("key",), "")
    return f"{problem.file}:{problem.line}"
