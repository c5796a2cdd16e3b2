"""Where the style breaks pages: nothing is left alone on one."""

import re
from dataclasses import replace

import pytest
from tests.reporting import samples
from tests.reporting.layout import texts
from tests.reporting.test_html import NOWHERE, page
from tests.reporting.test_pdf import NOW

from vigie.reporting.drawing.pdf import render
from vigie.templating import roots

pytestmark = pytest.mark.usefixtures("no_warnings")


def below(millimetres: int, html: str, content: str) -> list[str]:
    """Return the pages of *content* in the style of a report, so far down on the first page."""
    head = html.partition("<body")[0]
    space = f'<div style="height: {millimetres}mm"></div>'
    whole = f"{head}<body>{space}{content}</body></html>"
    return texts(render(whole, folders=roots(NOWHERE), attached=(), created=NOW))


@pytest.mark.parametrize("millimetres", [146, 152])
def test_the_last_words_about_a_crisis_do_not_begin_a_page(millimetres: int) -> None:
    busy = samples.busy()
    crisis = replace(busy.contents.crises[0], summary=None, told=())
    html = page(replace(busy, contents=replace(busy.contents, crises=(crisis,))))
    [section] = re.findall(r"(?s)<section[^>]*>\s*<h2>Crises.*?</section>", html)

    first, second = below(millimetres, html, section)

    assert "Crises" in first
    # The head of its table, and the last two steps.
    assert second.startswith("Step At Meaning\nResolved")
    assert "\nDissolved" in second
    assert "Its incident report is not approved yet." in second


def test_no_row_of_a_table_is_alone_on_a_page() -> None:
    html = page(samples.busy())
    first, last = '<tr class="begins">\n<td>1</td>', '<tr class="ends">\n<td>3</td>'
    assert (1, 1) == (html.count(first), html.count(last))  # of its outages
    classes = ["begins", *[""] * 8, "ends"]
    body = "".join(f'<tr class="{one}"><td>row {n}</td></tr>' for n, one in enumerate(classes))
    table = f"<table><thead><tr><th>Head</th></tr></thead><tbody>{body}</tbody></table>"

    # A row is 6.6 mm high or so: the end of a page meets each of them once.
    counts = [
        [len(re.findall(r"row \d", one)) for one in below(millimetres, html, table)]
        for millimetres in range(180, 246, 5)
    ]

    assert {2, 8} <= {count for pages in counts for count in pages}
    assert 1 not in {count for pages in counts for count in pages}
