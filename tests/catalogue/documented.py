"""The examples in the documentation, as files of a catalogue."""

import re
from textwrap import indent

from vigie import paths

PROBES = (paths.PROBES / "README.md").read_text(encoding="utf-8")
KINDS = """\
services:
  - key: kinds
    name: An example of each kind
    allow: [private]
    endpoints:
"""


def examples(text: str) -> list[str]:
    """Return the YAML examples of a page."""
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def probes_files() -> dict[str, str]:
    """Return the examples of the page on probes: a shop, an endpoint of each kind, and networks."""
    shop, *endpoints, network = examples(PROBES)
    kinds = KINDS + indent("".join(endpoints), "      ")
    return {
        "probes/shop.yaml": shop,
        "probes/kinds.yaml": kinds,
        "probes/network.yaml": network,
    }
