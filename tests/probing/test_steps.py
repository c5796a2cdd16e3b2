"""Several requests with one result: what is handed on, what fails, and what cleans up."""

import asyncio
import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.probing.shop import OK, Script, Street, answers, body, keeps

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.checked import listening
from vigie.probing.steps import StepsEndpoint, probe

TOKEN = "t0ken-of-the-s3ssion"
LOGIN = body(json.dumps({"data": {"token": TOKEN, "id": 42, "ok": True, "none": None}}).encode())
ERROR = body(b"out of orders", status="503 Service Unavailable")


def made(*steps: dict[str, Any], **spec: Any) -> StepsEndpoint:
    return StepsEndpoint.model_validate({"key": "shop", "steps": steps, **spec})


async def take(*steps: dict[str, Any], **spec: Any) -> Attempt:
    return await probe(made(*steps, **spec), number=1, allow=("loopback",))


def logs_in(url: str, **more: Any) -> dict[str, Any]:
    capture = {"token": "$.data.token"}
    return {"name": "log in", "url": f"{url}/login", "capture": capture, **more}


async def test_captured_value_is_used_everywhere(street: Street) -> None:
    seen: list[bytes] = []
    url = await street.open(keeps(seen, LOGIN, OK))
    attempt = await take(
        logs_in(url),
        {
            "url": f"{url}/orders/{{{{token}}}}?t={{{{token}}}}",
            "method": "POST",
            "auth": {"bearer": "{{token}}"},
            "headers": {"X-Token": "<{{token}}>"},
            "body": '{"t": "{{token}}"}',
            "expect": {"body_contains": "ok"},
        },
    )
    lines = seen[1].decode().split("\r\n")

    assert (Outcome.UP, None, 200) == (attempt.outcome, attempt.detail, attempt.status)
    assert f"POST /orders/{TOKEN}?t={TOKEN} HTTP/1.1" == lines[0]
    assert {f"Authorization: Bearer {TOKEN}", f"X-Token: <{TOKEN}>"} < set(lines)
    assert f'{{"t": "{TOKEN}"}}' == lines[-1]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("$.data.token", TOKEN),
        ('$["data"]["id"]', "42"),
        ("$.data.ok", "true"),
        ({"json": "data.token"}, TOKEN),
        ({"header": "X-Session"}, "s3ssion=1; Path=/"),
        ({"header": "X-Session", "regex": "s3ssion=([^;]+)"}, "1"),
        ({"regex": '"token": "([^"]+)"'}, TOKEN),
        ({"regex": "t0ken-[a-z]+"}, "t0ken-of"),
    ],
)
async def test_value_is_captured_from_its_place(street: Street, place: Any, value: str) -> None:
    seen: list[bytes] = []
    answer = LOGIN.replace(b"\r\n\r\n", b"\r\nX-Session: s3ssion=1; Path=/\r\n\r\n")
    url = await street.open(keeps(seen, answer, OK))
    attempt = await take(
        logs_in(url, capture={"it": place}), {"url": url, "headers": {"X-It": "{{it}}"}}
    )

    assert Outcome.UP == attempt.outcome
    assert f"X-It: {value}" in seen[1].decode().split("\r\n")


@pytest.mark.parametrize(
    ("place", "reason", "what"),
    [
        ("$.data.missing", Reason.JSON, "there is nothing"),
        ("$.data.none", Reason.JSON, "there is nothing"),
        ({"header": "X-None"}, Reason.HEADER, "there is nothing"),
        ({"regex": "no such text"}, Reason.BODY, "there is nothing"),
        ({"regex": "(?s)ok.*true"}, Reason.BODY, "it is not one line of text"),
    ],
)
async def test_value_that_is_not_there_is_down(
    street: Street, place: Any, reason: Reason, what: str
) -> None:
    url = await street.open(answers(body(b'{"data": {"none": null, "ok":\n true}}')))
    attempt = await take(logs_in(url, capture={"it": place}))

    expected = f"step 1 (log in): it could not be captured: {what}"
    assert (Outcome.DOWN, reason, expected) == (attempt.outcome, attempt.reason, attempt.detail)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<html>", "the body is not JSON"),
        (b'{"data": {"token": {"a": 1}}}', "data.token is an object"),
        (b'{"data": {"token": "a\\r\\nX-Evil: 1"}}', "it is not one line of text"),
        (json.dumps({"data": {"token": "x" * 4097}}).encode(), "it is longer than 4 KiB"),
    ],
)
async def test_value_that_cannot_be_used_is_down(street: Street, content: bytes, what: str) -> None:
    attempt = await take(logs_in(await street.open(answers(body(content)))))

    expected = f"step 1 (log in): token could not be captured: {what}"
    assert (Reason.JSON, expected) == (attempt.reason, attempt.detail)


async def test_failing_step_is_named_and_ends_it(street: Street) -> None:
    seen: list[bytes] = []
    url = await street.open(keeps(seen, LOGIN, ERROR))
    attempt = await take(logs_in(url), {"name": "fetch", "url": url}, {"url": f"{url}/never"})

    expected = (Outcome.DOWN, Reason.STATUS, 503, "out of orders", 2)
    assert expected == (
        attempt.outcome,
        attempt.reason,
        attempt.status,
        attempt.body,
        len(seen),
    )
    assert "step 2 (fetch): status 503, expected 200-299" == attempt.detail


async def test_captured_value_is_never_printed(street: Street) -> None:
    echo = body(b"you sent " + TOKEN.encode(), f"X-Echo: {TOKEN}", status="500 No")
    url = await street.open(keeps([], LOGIN, echo))
    attempt = await take(
        logs_in(url),
        {"url": url, "expect": {"status": 500, "header": {"X-Echo": "other"}}},
    )

    assert "step 2: header X-Echo is ***, expected other" == attempt.detail
    assert "you sent ***" == attempt.body


@pytest.mark.parametrize(
    ("answer", "spec", "detail", "kept"),
    [
        (
            LOGIN,
            {"expect": {"json": {"data.id": 1}}},
            "data.id is 42, expected 1",
            '"token": "***"',
        ),
        (LOGIN, {"capture": {"a": "$.b", "c": "$.data.token"}}, "a could not", '"token": "***"'),
        (LOGIN, {"capture": {"a": "$.data"}}, "a could not be captured: data is an object", None),
        (LOGIN, {"expect": {"json": {"data.token": "x"}}}, 'data.token is "***", expected', "***"),
        (
            LOGIN,
            {"expect": {"json": {"data.token": "x"}}, "keep_body": False},
            'data.token is "***", expected',
            None,
        ),
        (LOGIN[:-9], {}, "the body ends early", None),
        (ERROR, {}, "status 503", "out of orders"),
    ],
)
async def test_what_would_be_captured_is_hidden_where_the_step_fails(
    street: Street, answer: bytes, spec: dict[str, Any], detail: str, kept: str | None
) -> None:
    """The server takes the login for good: its token is worth as much as in a good answer."""
    attempt = await take(logs_in(await street.open(answers(answer)), **spec))

    assert str(attempt.detail).startswith(f"step 1 (log in): {detail}")
    assert TOKEN not in f"{attempt.detail}{attempt.body}"
    assert (attempt.body is None) == (kept is None)
    assert (kept or "") in (attempt.body or "")


async def test_phases_add_up_and_the_time_of_a_step_is_its_own(street: Street) -> None:
    def slow(seconds: float) -> Script:
        async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(seconds)
            writer.write(OK)

        return script

    first, second = await street.open(slow(0.3)), await street.open(slow(0.1))
    attempt = await take({"url": first}, {"url": second, "expect": {"within": "290ms"}})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert 390_000 <= (attempt.first_byte_us or 0) <= attempt.duration_us
    assert None not in (attempt.dns_us, attempt.connect_us)


async def test_all_steps_share_the_timeout_and_the_waiting_one_is_named(street: Street) -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    url, hole = await street.open(answers(OK)), await street.open(silent)
    attempt = await take({"url": url}, {"name": "wait", "url": hole}, timeout="300ms")

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "step 2 (wait): nothing within 300ms: waiting for the answer" == attempt.detail


# Cleaning up


def logs_out(url: str, **more: Any) -> dict[str, Any]:
    spec = {"name": "log out", "url": f"{url}/logout", "headers": {"X-T": "{{token}}"}}
    return {**spec, "always": True, **more}


async def test_clean_up_runs_after_a_failure_and_changes_nothing(street: Street) -> None:
    seen: list[bytes] = []
    url = await street.open(keeps(seen, LOGIN, ERROR, body(b"", status="500 No")))
    attempt = await take(logs_in(url), {"url": url}, {"url": f"{url}/never"}, logs_out(url))

    assert ("step 2: status 503, expected 200-299", 503) == (attempt.detail, attempt.status)
    assert [b"/login", b"/", b"/logout"] == [request.split(b" ")[1] for request in seen]
    assert f"X-T: {TOKEN}".encode() in seen[2]


async def test_clean_up_without_its_variable_is_left_out(street: Street) -> None:
    seen: list[bytes] = []
    url = await street.open(keeps(seen, ERROR))
    attempt = await take(logs_in(url), logs_out(url))

    assert ("step 1 (log in): status 503, expected 200-299", 1) == (attempt.detail, len(seen))


async def test_failing_clean_up_of_good_steps_is_a_failure(street: Street) -> None:
    url = await street.open(keeps([], LOGIN, ERROR))
    attempt = await take(logs_in(url), logs_out(url))

    assert "step 2 (log out): status 503, expected 200-299" == attempt.detail


async def test_clean_up_has_a_fifth_of_the_timeout_left(street: Street) -> None:
    seen: list[bytes] = []

    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await keeps(seen, LOGIN, b"", b"")(reader, writer)
        if len(seen) > 1:
            await reader.read()

    url = await street.open(stalls)
    loop = asyncio.get_running_loop()
    began = loop.time()
    attempt = await take(logs_in(url), {"url": url}, logs_out(url), timeout="500ms")

    assert "step 2: nothing within 400ms: waiting for the answer" == attempt.detail
    assert attempt.duration_us < 480_000
    assert 3 == len(seen)  # it was tried
    assert loop.time() - began < 0.75  # and cut short


# Hostile targets


async def test_captured_placeholder_is_not_resolved(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    seen: list[bytes] = []
    trap = "${env:SHOP_TOKEN}{{token}}"
    url = await street.open(keeps(seen, body(json.dumps({"data": {"token": trap}}).encode()), OK))
    await take(logs_in(url), {"url": f"{url}/{{{{token}}}}", "headers": {"X-T": "{{token}}"}})

    assert f"X-T: {trap}".encode() in seen[1]
    assert b"t0ps3cret" not in seen[1]


async def test_captured_path_stays_in_its_place(street: Street) -> None:
    seen: list[bytes] = []
    trap = "../../admin?x=1#@evil.example/"
    url = await street.open(keeps(seen, body(json.dumps({"data": {"token": trap}}).encode()), OK))
    await take(logs_in(url), {"url": f"{url}/orders/{{{{token}}}}"})

    path = b"/orders/..%2F..%2Fadmin%3Fx%3D1%23%40evil.example%2F"
    assert path == seen[1].split(b" ")[1]


async def test_captured_value_chooses_no_host_even_with_a_placeholder(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SCHEME", "http:")
    url = await street.open(answers(body(b'{"data": {"token": "evil.example"}}')))
    attempt = await take(logs_in(url), {"url": "${env:SHOP_SCHEME}//{{token}}/"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "step 2: a captured value would choose the host" == attempt.detail


async def test_expectations_are_told_by_step(street: Street) -> None:
    url = await street.open(keeps([], LOGIN, ERROR))
    with listening() as told:
        await take(logs_in(url), {"name": "fetch", "url": url})

    assert [("step 1 (log in): status", True), ("step 2 (fetch): status", False)] == [
        (one.name, one.passed) for one in told
    ]


# The model

HERE = "https://shop.example/"


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (
            [{"url": HERE}, {"url": HERE + "{{token}}"}],
            (
                "step 2 uses {{token}}, which no step before it captures"
                " (write capture: {token: $.path} in an earlier step)"
            ),
        ),
        (
            [{"url": HERE, "capture": {"a": "$.a"}, "auth": {"bearer": "{{a}}"}}],
            (
                "step 1 uses {{a}}, which no step before it captures"
                " (write capture: {a: $.path} in an earlier step)"
            ),
        ),
        (
            [{"url": "https://{{host}}.example/"}],
            (
                "a captured value would choose the host, which gets the secrets"
                " (write https://host/{{name}})"
            ),
        ),
        (
            [{"url": "${env:SHOP}{{host}}"}],
            (
                "a captured value would choose the host, which gets the secrets"
                " (write https://host/{{name}})"
            ),
        ),
        (
            [{"url": HERE, "capture": {"a": "token"}}],
            "not a place in an answer (write $.data.token, or {header: name})",
        ),
        (
            [{"url": HERE, "capture": {"a": {"json": "a", "header": "b"}}}],
            "a value is captured from one place (write $.data.token, or {header: name})",
        ),
        (
            [{"url": HERE, "capture": {"a": "$.a..b"}}],
            '"a..b" is not a path into JSON (write data.items[0].id)',
        ),
        (
            [{"url": "http://shop.example/", "expect": {"certificate_days": 14}}],
            "certificate_days needs a certificate (write url: https://…)",
        ),
        ([], "0 steps make no endpoint (write 1 to 10)"),
        ([{"url": HERE}] * 11, "11 steps make no endpoint (write 1 to 10)"),
    ],
)
def test_bad_spec_is_refused(steps: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        made(*steps)

    assert [problem] == [error["msg"] for error in caught.value.errors()]


def test_spec_survives_the_database() -> None:
    written = made(
        {"url": HERE, "capture": {"a": "$.a[0]", "b": {"header": "B", "regex": "(.)"}}},
        {"url": HERE + "{{a}}", "auth": {"bearer": "{{b}}"}, "always": True},
    )

    assert written == StepsEndpoint.model_validate_json(written.model_dump_json(by_alias=True))
