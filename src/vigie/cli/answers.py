"""What a command answers once it is done: a line for people, or one JSON object for programs."""

import json
from typing import Annotated

from cyclopts import Parameter

from vigie.cli.registry import plain

AsJson = Annotated[bool, Parameter(name="--json", negative="")]


def answer(text: str, *, as_json: bool, **told: object) -> None:
    """Print *text*, or what was *told* as one JSON object."""
    print(json.dumps(told, default=plain, indent=2) if as_json else text)
