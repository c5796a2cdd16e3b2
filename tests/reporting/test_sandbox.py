"""What a user's template cannot reach, in every document, and what it is promised."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.reporting import crises, samples, summaries
from tests.reporting.notices import announced
from tests.reporting.test_dispute_annex import disputed, line

from vigie.errors import ReportError
from vigie.reporting import incident_html, incident_markdown
from vigie.reporting.documents.disputeannex import comparison_html
from vigie.reporting.documents.noticedocument import notice_html
from vigie.reporting.documents.summarydocument import summary_html
from vigie.reporting.drawing.html import to_html
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)


def monthly(*, directory: Path, now: datetime) -> str:
    return to_html(samples.busy(), folders=roots(directory), now=now)


# The file that a document begins with, and who fills it.
DOCUMENTS: dict[str, Callable[..., str]] = {
    "monthly/report.html": monthly,
    "dispute-annex/report.html": lambda **how: comparison_html(disputed(line(1)), **how),
    "summary/report.html": lambda **how: summary_html(summaries.one(), **how),
    "maintenance-notice/report.html": lambda **how: notice_html(announced(), **how),
    "incident-report/report.html": lambda **how: incident_html(crises.approved(), **how),
    "incident-report/report.md": lambda **how: incident_markdown(crises.approved(), **how),
}

ATTACKS = [
    "charts.pd",
    "charts.pd.io.common.os.popen('id').read()",
    "charts.pd.read_csv('/etc/passwd')",
    "curves.log10.__self__",
    "charts.date.today()",
    "curves.date.today()",
    "grids.date.today()",
    "strips.datetime.now()",
    "now.now()",
    "now.today()",
    "now.utcnow()",
    "now.fromtimestamp(0)",
    "now['now']()",
    "now|attr('now')",
    "[now]|map(attribute='now')|first",
    "'{0.now}'.format(now)",
    "now.date().today()",
    "now.tzinfo.__class__",
    "figures.period.starts.now()",
    "figures.days[0].day.today()",
    "none|day",
    "formats.day(none)",
    "formats.day_month(none)",
    "formats.month(none)",
    "formats.month_inside(none)",
    "formats.locale.default()",
    "formats.__init__.__globals__",
    "formats.day.__func__.__globals__",
    "brand.points.__func__",
    "brand.__class__",
    "'{0.__class__}'.format(brand)",
    "dict.mro()",
    "range.__class__",
    "lipsum()",
    "[1, 2]|random",
    "cycler.__init__.__globals__.os.environ",
    "now.astimezone()",
    "now.astimezone(none)",
    "now.astimezone(tz=none)",
    "now.replace(tzinfo=none).astimezone(now.tzinfo)",
    "now.replace(tzinfo=none).timestamp()",
    "now.strftime('%s')",
    "now.strftime('%% %-s')",
    "now.date().strftime('%Es')",
    "formats.day",
    "now.isoformat",
    "[now.isoformat]",
    "range(3)|map('abs')",
    "cycler(1)",
]
CHARTS = ["charts", "charts.bar", "[charts.bar]"]  # of the monthly report alone


def filled(name: str, content: str, directory: Path) -> str:
    path = directory / "reports" / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return DOCUMENTS[name](directory=directory, now=NOW)


def refusal(name: str, content: str, directory: Path) -> str:
    try:
        return f"filled: {filled(name, content, directory)}"
    except ReportError as error:
        return str(error)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_template_reaches_no_program_no_file_and_no_clock(tmp_path: Path, name: str) -> None:
    told = {attack: refusal(name, "{{ " + attack + " }}", tmp_path) for attack in ATTACKS}

    assert {} == {attack: why for attack, why in told.items() if why.startswith("filled: ")}
    assert not [why for why in told.values() if "\n" in why]


@pytest.mark.parametrize("attack", CHARTS)
def test_a_function_is_not_printed(tmp_path: Path, attack: str) -> None:
    told = refusal("monthly/report.html", "{{ " + attack + " }}", tmp_path)

    assert told.endswith(" has no text: print what it gives (correct the template)")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_link_does_not_lead_a_template_out_of_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("root:x:0:0")
    folder = (tmp_path / "catalogue/reports/templates" / name).parent
    folder.mkdir(parents=True)
    (folder / "link.html").symlink_to(tmp_path / "secret")
    (folder / "away").symlink_to(tmp_path)
    at = folder.name

    for link in (f"{at}/link.html", f"{at}/away/secret"):
        told = refusal(name, f"{{% include '{link}' %}}", tmp_path / "catalogue")
        assert f"{link} is a link that leads out of {tmp_path}/catalogue/reports" in told
        assert told.endswith("(correct the template)")


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real/templates/shared"
    real.mkdir(parents=True)
    (real / "ours.html").write_text("ours")
    (tmp_path / "reports").symlink_to(tmp_path / "real")
    (real / "link.html").symlink_to("ours.html")

    assert "ours" == filled("monthly/report.html", "{% include 'shared/link.html' %}", tmp_path)


# Every name that reports/README.md promises, and what it gives for the sample of May.
PROMISED = {
    "charts.calendars(figures)|length": "1",
    "charts.finding(charts.calendars(figures)).down": "3",
    "charts.curve(figures, width=100, height=50).width": "100",
    "charts.bar(figures.availability, width=100).width": "100",
    "curves.speed(figures, width=100, height=50).shares|length": "3",
    "curves.gauges(figures, width=100)|length": "3",
    "grids.grid(figures).months|length": "13",
    "strips.strip(figures, width=310, height=50).column": "10.0",
    "strips.ribbon(figures, width=310).width": "310",
    "formats.decimals('99.5')": "99,5",
    "formats.period('month', figures.period.starts)": "Mai 2026",
    "formats.weekdays()[0]": "lun.",
    "now.year": "2026",
    "now.replace(hour=7)|moment": "3 juin 2026 09:00:00",
    "now.isoformat()": "2026-06-03T06:00:00+00:00",
    "now|utc": "2026-06-03T06:00:00Z",
    "now.astimezone(figures.period.starts.tzinfo).isoformat()": "2026-06-03T06:00:00+00:00",
    "now.timestamp()": "1780466400.0",
    "now.strftime('%%s %Y')": "%s 2026",
    "brand.points(9)": "9",
    "language": "fr",
    "'said' if now.year == 2000": "",
}


@pytest.mark.parametrize("promise", PROMISED)
def test_what_templates_are_promised_they_have(tmp_path: Path, promise: str) -> None:
    name = "monthly/report.html"

    assert PROMISED[promise] == filled(name, "{{ " + promise + " }}", tmp_path)
