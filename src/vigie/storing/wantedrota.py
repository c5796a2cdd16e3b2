"""The rota as it is stored: the words of its file as JSON, durations in seconds."""

import json
from datetime import timedelta
from typing import Any

from vigie.catalogue import Person, Reach, Rota, Updates
from vigie.storing.results import Row

_SECOND = timedelta(seconds=1)
_ALWAYS = "always"  # the calendar that needs no file, and stands for none


def rota_rows(rota: Rota | None) -> list[Row]:
    """Return the one row of the rota, none where there is none."""
    return [(json.dumps(_spec(rota)),)] if rota else []


def _spec(rota: Rota) -> dict[str, Any]:
    plain = rota.model_dump(mode="json", include={"mail", "allow", "public_url", "test", "alive"})
    return plain | {
        "people": {person.key: _person(person) for person in rota.people},
        "levels": rota.levels,
        "acknowledge_within_s": _seconds(rota.acknowledge_within),
        "pre_alert_after_s": _seconds(rota.pre_alert_after),
        "several_roles": rota.several_roles,
        "updates": _updates(rota.updates),
        "relapse_within_s": _seconds(rota.relapse_within),
        "good_for_s": _seconds(rota.good_for),
        "clocks": rota.clocks,
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "roles": person.roles,
        "reach": [_target(it) for it in person.reach],
        "hours": None if person.hours == _ALWAYS else person.hours,
    }


def _target(reach: Reach) -> dict[str, str]:
    more = {"secret": reach.secret, "region": reach.region}
    target = {"channel": reach.channel, "to": reach.to}
    return target | {name: value for name, value in more.items() if value}


def _updates(updates: Updates) -> dict[str, float]:
    return {f"{name}_s": _seconds(getattr(updates, name)) for name in Updates.model_fields}


def _seconds(length: timedelta) -> float:
    """Return *length* in seconds: a whole number, unless it was written in milliseconds."""
    return length / _SECOND if length % _SECOND else length // _SECOND
