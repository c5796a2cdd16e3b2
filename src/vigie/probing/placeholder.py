"""Secrets in a catalogue: `${env:NAME}` and `${file:PATH}`, resolved when they are used.

The database and every page keep the placeholder; the value lives as long as one attempt.
"""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from vigie.catalogue import refusal
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

LINE_MIN = 8  # characters of a line that is a secret by itself
PLACEHOLDER = re.compile(r"\$\{(env|file):([^}]+)\}")


def resolved(text: str, trace: Trace) -> str:
    """Return *text* with its placeholders filled in; *trace* will hide the values.

    Raises:
        Failed: a variable or file is missing; names it, never its value.
    """
    if "${" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        found = _environment(match[2]) if match[1] == "env" else _file(match[2])
        if found:
            trace.secrets.append(found)
            # A dialogue echoes line by line; what is shorter occurs everywhere by chance.
            trace.secrets.extend(line for line in found.splitlines() if len(line) >= LINE_MIN)
        return found

    return PLACEHOLDER.sub(value, text)


def _environment(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError as error:
        raise Failed(
            Reason.INTERNAL, f"the environment variable {name} is not set in the prober"
        ) from error


def _file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise Failed(Reason.INTERNAL, f"the prober cannot read {path}: {why}") from error


def _secret(value: object) -> str:
    if isinstance(value, str) and PLACEHOLDER.search(value):
        return value
    # The value is not shown: it may be the secret itself.
    raise refusal(
        "a secret in the catalogue would be kept in the database", "${env:NAME} or ${file:PATH}"
    )


Secret = Annotated[str, PlainValidator(_secret), WithJsonSchema({"type": "string"})]
