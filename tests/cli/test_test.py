"""`vigie test`: one probe, explained."""

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from vigie.cli import main

Ask = Callable[..., tuple[int, list[str], str]]


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"ok": true, "you": "%s"}' % self.headers.get("x-key", "").encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.send_header("x-shop", "open")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Probe an endpoint with these options; gives exit status, stdout and stderr."""

    def ask(
        options: str, *arguments: str, key: str = "home", http: str = url
    ) -> tuple[int, list[str], str]:
        (tmp_path / "probes").mkdir(exist_ok=True)
        (tmp_path / "probes/shop.yaml").write_text(
            "services:\n  - key: shop\n    name: Shop\n    allow: [loopback]\n    endpoints:\n"
            f"      - {{key: home, http: '{http}', {options}}}\n",
            encoding="utf-8",
        )
        with pytest.raises(SystemExit) as ended:
            main(["test", key, "--dir", str(tmp_path), *arguments])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out.splitlines(), said.err

    return ask


def labels(lines: list[str]) -> list[str]:
    return [line[:17].strip() for line in lines if line]


def test_up_is_told_with_every_phase_and_expectation(ask: Ask, url: str, tmp_path: Path) -> None:
    status, lines, _ = ask("expect: {within: 9s, header: {x-shop: open}, json: {ok: true}}")

    assert status == 0
    assert lines[:3] == [
        "Endpoint          home, of service shop",
        f"Kind http         {url}",
        "Outcome           up: the target answered as expected",
    ]
    assert labels(lines)[3:9] == [
        "Attempt 1",
        "address",
        "name resolved",
        "connected",
        "first byte",
        "total",
    ]
    assert lines[-4:-1] == [
        "  passed          status: 200-299 (came: 200)",
        "  passed          json ok: true (came: as asked)",
        "  passed          header x-shop: open (came: open)",
    ]
    assert lines[-1].startswith("  passed          within: 9s (came: ")
    assert not (tmp_path / ".vigie").exists()


def test_down_tells_each_attempt_and_what_is_wrong_besides_the_first_thing(ask: Ask) -> None:
    status, lines, _ = ask(
        "retries: [100ms], expect: {status: 404, json: {ok: false}, header: {x-shop: open}}"
    )

    told = [
        "  FAILED          status: status 200, expected 404",
        "  FAILED          json ok: ok is true, expected false",
        "  passed          header x-shop: open (came: open)",
    ]
    assert status == 1
    assert lines[2:4] == [
        "Outcome           down: the target failed in every attempt",
        "Reason            status: status 200, expected 404",
    ]
    assert [line for line in lines if line.startswith(("  FAILED", "  passed"))] == told + told
    assert labels(lines).count("Attempt 2") == 1


def test_steps_are_told_one_by_one_with_the_answer_that_was_wrong(
    ask: Ask, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("every: 60s")  # a catalogue to change
    file = tmp_path / "probes/shop.yaml"
    steps = f"[{{url: '{url}'}}, {{name: look, url: '{url}two', expect: {{json: {{ok: no}}}}}}]"
    text = file.read_text(encoding="utf-8").replace(
        f"http: '{url}'", f"steps: {steps}, retries: []"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["test", "home", "--dir", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()

    assert lines[1] == f"Kind steps        {url}, then {url}two"
    assert 'Reason            json: step 2 (look): ok is true, expected "no"' in lines
    assert '  answer          {"ok": true, "you": ""}' in lines
    assert [line[18:] for line in lines if line.startswith(("  passed", "  FAILED"))] == [
        "step 1: status: 200-299 (came: 200)",
        "step 2 (look): status: 200-299 (came: 200)",
        'step 2 (look): json ok: ok is true, expected "no"',
    ]


def test_what_nobody_could_look_at_is_not_told(ask: Ask) -> None:
    status, lines, _ = ask("retries: [], expect: {within: 2s}", http="http://127.0.0.1:1/")

    assert status == 1
    assert lines[-2:] == ["  not told        status: 200-299", "  not told        within: 2s"]
    assert "  reason          connect_refused: 127.0.0.1 port 1 refused the connection" in lines


def test_unknown_ends_with_2(ask: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask("")
    file = tmp_path / "probes/shop.yaml"
    # By name: an address that is never probed would be refused with the catalogue.
    text = file.read_text().replace("allow: [loopback]", "allow: []")
    file.write_text(text.replace("//127.0.0.1:", "//localhost:"))
    with pytest.raises(SystemExit) as ended:
        main(["test", "home", "--dir", str(tmp_path)])

    assert ended.value.code == 2
    assert re.search(
        r"address_refused: (127\.0\.0\.1|::1) is a loopback address", capsys.readouterr().out
    )


@pytest.mark.parametrize(("key", "hint"), [("hom", "home"), ("zzz", "one of home")])
def test_a_key_that_is_none_is_said_in_one_line(ask: Ask, key: str, hint: str) -> None:
    assert ask("", key=key) == (
        2,
        [],
        f'vigie: the catalogue has no endpoint "{key}" (write {hint})\n',
    )


def test_a_wrong_catalogue_ends_with_2(ask: Ask) -> None:
    status, lines, said = ask("every: soon")

    assert (status, lines) == (2, [])
    assert 'every: "soon" is not a duration' in said


def test_json_says_the_same(ask: Ask, url: str) -> None:
    status, lines, _ = ask("retries: [], expect: {json: {ok: false}}", "--json")
    told = json.loads("\n".join(lines))

    (attempt,) = told["attempts"]
    assert (status, told["outcome"], told["reason"]) == (1, "down", "json")
    assert (told["endpoint"], told["service"], told["kind"]) == ("home", "shop", "http")
    assert (told["target"], attempt["address"], attempt["status"]) == (url, "127.0.0.1", 200)
    assert attempt["duration_us"] >= attempt["connect_us"] > 0
    assert attempt["expectations"] == [
        {"name": "status", "asked": "200-299", "came": "200", "passed": True},
        {
            "name": "json ok",
            "asked": "false",
            "came": "ok is true, expected false",
            "passed": False,
        },
    ]


def test_lines_fit_into_80_columns(ask: Ask) -> None:
    long = "a very long text that is not there " * 5
    _, lines, _ = ask(f"retries: [], expect: {{body_contains: '{long}', header: {{x: '{long}'}}}}")

    assert max(map(len, lines)) <= 80


def test_a_secret_that_the_target_repeats_is_not_shown(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", "s3cr3t-key")
    _, lines, _ = ask(
        "retries: [], headers: {x-key: '${env:SHOP_KEY}'}, expect: {json: {you: nobody}}"
    )

    assert "s3cr3t" not in "\n".join(lines)
    assert '  FAILED          json you: you is "***", expected "nobody"' in lines
