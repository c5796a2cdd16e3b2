"""Objects of a PDF become bytes once, and streams are packed at zlib's usual level.

pydyf asks for them twice where a file has an /ID, and packs at the highest level, which takes three
times as long for a fortieth of the size.
"""

import zlib
from typing import Any

import pydyf

# pydyf has no types.
_Object: Any = pydyf.Object
_Stream: Any = pydyf.Stream

_BEGIN, _END = b"stream\n", b"\nendstream"


class Fixed(_Object):  # type: ignore[misc]
    """An object that is ready to be written; later changes of the original are lost."""

    data = b""
    compressible = False

    def __init__(self, made: Any) -> None:  # noqa: ANN401 - pydyf has no types
        super().__init__()
        _pack(made)
        self.number, self.generation = made.number, made.generation
        self.data, self.compressible = made.data, made.compressible


def fix(pdf: Any) -> None:  # noqa: ANN401 - a pydyf.PDF
    """Let each object of *pdf* that is in use keep its bytes."""
    add = pdf.add_object

    def add_packed(made: Any) -> None:  # noqa: ANN401
        _pack(made)
        add(made)

    pdf.objects[:] = [one if one.free == "f" else Fixed(one) for one in pdf.objects]
    pdf.add_object = add_packed  # what pydyf adds while it writes: the stream of all small objects


def _pack(made: Any) -> None:  # noqa: ANN401
    if getattr(made, "compress", False):
        whole = _Stream(made.stream).data
        packed = zlib.compress(whole[whole.index(_BEGIN) + len(_BEGIN) : -len(_END)])
        made.stream, made.compress = [packed], False
        made.extra["Filter"] = "/FlateDecode"
