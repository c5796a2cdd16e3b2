"""The JSON Schemas that editors check the YAML against, made from the grammar itself."""

import json
from datetime import timedelta
from functools import reduce
from operator import or_
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import GenerateJsonSchema

from vigie.catalogue.brandgrammar import Brand
from vigie.catalogue.grammar import CalendarFile, ContractFile, PlanFile, ProbesFile
from vigie.catalogue.model import Reference, ServiceHead
from vigie.catalogue.rotagrammar import Rota
from vigie.catalogue.scalars import duration_text
from vigie.catalogue.services import Kinds

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Shows defaults as the catalogue writes them."""

    def encode_default(self, dft: object) -> Any:  # noqa: ANN401  # JSON is what pydantic says
        """Return *dft* as YAML would hold it."""
        if isinstance(dft, timedelta):
            return duration_text(dft)
        if isinstance(dft, tuple | list):
            return [self.encode_default(item) for item in dft]
        return super().encode_default(dft)


def schemas(kinds: Kinds) -> dict[PurePosixPath, str]:
    """Return each schema's text by its path in the repository."""
    return {
        PurePosixPath("probes/schema.json"): _text(_probes(kinds)),
        PurePosixPath("reports/calendar.schema.json"): _text(CalendarFile),
        PurePosixPath("reports/plan.schema.json"): _text(PlanFile),
        PurePosixPath("reports/contract.schema.json"): _text(ContractFile),
        PurePosixPath("reports/rota.schema.json"): _text(Rota),
        PurePosixPath("reports/brand.schema.json"): _text(Brand),
    }


def _probes(kinds: Kinds) -> type[BaseModel]:
    """Return the model of a file in probes/ with its endpoints spelled out."""
    endpoint: Any = reduce(or_, kinds.values())
    service: Any = create_model(
        "Service",
        __base__=ServiceHead,
        __doc__="What a customer uses; its state follows from its endpoints.",
        endpoints=(tuple[endpoint, ...], Field(min_length=1)),
    )
    return create_model(
        "ProbesFile",
        __base__=ProbesFile,
        __doc__="A file in probes/: what is watched.",
        references=(tuple[Reference, ...], ()),
        services=(tuple[service, ...], ()),
    )


def _text(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(schema_generator=_Generator)
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
