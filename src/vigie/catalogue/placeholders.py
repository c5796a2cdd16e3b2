"""Secrets are written as placeholders: whatever the catalogue says is kept in the database."""

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from vigie.catalogue.scalars import refusal
from vigie.catalogue.yaml import PLACEHOLDER


def secret(value: object) -> str:
    """Return *value* of the catalogue, which must hold a placeholder."""
    if isinstance(value, str) and PLACEHOLDER.search(value):
        return value
    # The value is not shown: it may be the secret itself.
    raise refusal(
        "a secret in the catalogue would be kept in the database", "${env:NAME} or ${file:PATH}"
    )


Secret = Annotated[str, PlainValidator(secret), WithJsonSchema({"type": "string"})]
