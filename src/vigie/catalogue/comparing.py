"""What two wordings of a contract's version say differently, in words."""

from collections.abc import Iterator

from vigie.catalogue.model import Contract
from vigie.catalogue.telling import terms_in_words
from vigie.catalogue.termtexts import leaves

Said = dict[tuple[str, str], str]


def compare(old: Contract, new: Contract) -> list[str]:
    """Return what differs between two wordings, one line each: `Support: … → …`; none: nothing."""
    before, after = _said(old), _said(new)
    names = dict.fromkeys((*before, *after))
    return [
        f"{part}: {_change(before.get((part, name)), after.get((part, name)))}"
        for part, name in names
        if before.get((part, name)) != after.get((part, name))
    ]


def same_figures(old: Contract, new: Contract) -> bool:
    """Say whether no figure of a day on which both hold can differ."""
    return _measured(old) == _measured(new)


def _measured(contract: Contract) -> tuple[object, ...]:
    return contract.terms, contract.timezone, contract.essential, contract.other


def _change(old: str | None, new: str | None) -> str:
    if old is None:
        return f"{new} (new)"
    return f"{old} (no more)" if new is None else f"{old} → {new}"


def _said(contract: Contract) -> Said:
    terms = ((part, paths[0], words) for part, words, *paths in terms_in_words(contract))
    said: Said = {("Contract", name): words for name, words in _head(contract)}
    for part, path, words in terms:
        # Two terms may be said of one path; what is kept as written has a path for each detail.
        name = words.partition(":")[0] if part in {"Support", "Crisis cell"} else path
        said.setdefault((part, name), words)
    return said


def _head(contract: Contract) -> Iterator[tuple[str, str]]:
    until = f" until {contract.ends}" if contract.ends else ""
    services = (*contract.essential, *(f"{it} (other)" for it in contract.other))
    yield "holds", f"from {contract.starts}{until}"
    yield "plan", f"plan {contract.plan}"
    yield "months", f"months of {contract.timezone}"
    yield "services", f"services {', '.join(services)}"
    yield "demonstration", "made-up results" if contract.demonstration else "measured results"
    for name, reason in contract.accepted.items():
        yield f"accepted {name}", f"{name} is accepted: {reason}"
    for path, value in leaves(contract.words.get("document", {}), ("document",)):
        yield ".".join(path), f"{' '.join(path)} {value}"
