"""Whether a kind checks certificates: yes, unless the catalogue says why not."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from vigie.catalogue import Model, refusal


class Unverified(Model):
    """The certificate is not checked, and why."""

    disabled: str  # the reason, for whoever reads the catalogue later


def _verify(value: object) -> Literal[True] | Unverified:
    if value is True or isinstance(value, Unverified):
        return value
    if isinstance(value, dict) and list(value) == ["disabled"]:
        reason = value["disabled"]
        if isinstance(reason, str) and reason.strip():
            return Unverified(disabled=reason)
    raise refusal("the certificate is checked unless a reason is given", '{disabled: "why"}')


Verify = Annotated[
    Literal[True] | Unverified,
    BeforeValidator(_verify),
    WithJsonSchema({"anyOf": [{"const": True}, Unverified.model_json_schema()]}),
]
