"""The budgets of a crisis whose contract counts unknown time as down."""

from tests.cli.cell import CONTRACT, said
from tests.cli.typed import Typed


def test_only_the_contract_that_counts_unknown_time_says_so(crisis: Typed) -> None:
    text = CONTRACT.format(key="globex", name="Globex", recipients="[]")
    terms = "terms: {availability: {unknown: down}}\n"
    file = crisis.folder / "reports" / "contracts" / "globex.yaml"
    file.write_text(text + terms, encoding="utf-8")
    status, _, error = crisis("apply")
    assert (0, "") == (status, error)

    report = said(crisis, "report", "crisis-1")

    told = {
        key: [
            "unplanned or not measured" in line
            for line in report.splitlines()
            if line.startswith("|") and f" {key} |" in line
        ]
        for key in ("acme", "globex")
    }
    assert {"acme": [False] * 3, "globex": [True] * 3} == told  # month, quarter, year
