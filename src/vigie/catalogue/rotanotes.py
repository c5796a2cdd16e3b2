"""What a rota that is right should be told of all the same."""

from datetime import date, timedelta

from vigie.catalogue.model import Catalogue
from vigie.catalogue.scalars import duration_text


def rota_note(catalogue: Catalogue, today: date) -> str | None:
    """Return what to tell of the rota beside its contracts, *today* and later; None: nothing."""
    crises = [
        it.terms.crisis_longer_than
        for it in catalogue.contracts
        if it.terms.crisis_longer_than and (it.ends is None or today < it.ends)
    ]
    if not catalogue.rota or not crises:
        return None
    return pre_alert_note(catalogue.rota.pre_alert_after, min(crises))


def pre_alert_note(after: timedelta, crisis: timedelta) -> str | None:
    """Return what to tell where a warning comes no earlier than the crisis; None: it does."""
    if after < crisis:
        return None
    return (
        f"note: the team is warned of an outage after {duration_text(after)}, and by a contract it"
        f" is a crisis after {duration_text(crisis)}: there is no warning before it"
        f" (write a pre_alert_after shorter than {duration_text(crisis)} in reports/rota.yaml)"
    )
