"""Writes the JSON Schemas of probes/ and reports/ anew: `python -m vigie.cli.schemas`."""

import json

from vigie import catalogue, paths, probing, reporting


def write() -> None:
    """Make the committed schemas match the grammar."""
    for path, text in catalogue.schemas(probing.MODELS).items():
        (paths.PROBES.parent / path).write_text(text, encoding="utf-8")
    text = json.dumps(reporting.schema(), indent=2) + "\n"
    (paths.REPORTS / "report.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
