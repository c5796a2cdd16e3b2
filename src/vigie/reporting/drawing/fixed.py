"""Objects of a PDF become bytes once: pydyf asks for them twice where a file has an /ID."""

from typing import Any

import pydyf

_Object: Any = pydyf.Object  # pydyf has no types


class Fixed(_Object):  # type: ignore[misc]
    """An object that is ready to be written; later changes of the original are lost."""

    data = b""
    compressible = False

    def __init__(self, made: Any) -> None:  # noqa: ANN401 - pydyf has no types
        super().__init__()
        self.number, self.generation = made.number, made.generation
        self.data, self.compressible = made.data, made.compressible


def fix(pdf: Any) -> None:  # noqa: ANN401 - a pydyf.PDF
    """Let each object of *pdf* that is in use keep its bytes."""
    pdf.objects[:] = [one if one.free == "f" else Fixed(one) for one in pdf.objects]
