"""CPU of one fresh-connection probe, beside Prometheus' blackbox exporter, as a ratio.

Both probe the same target at the same rate, one after the other, with a status check, a body
check and, over TLS, full verification. Counted is user and system time of the prober's process.
Needs the Debian package prometheus-blackbox-exporter, or its program's path.

    python tests/bench/probe_cpu.py --rate 200 --seconds 10
"""

# ruff: noqa: T201 - a program that prints

import argparse
import asyncio
import gc
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast
from urllib.parse import quote

import aiohttp
import trustme
import uvloop
from tests.bench.cpu import cpu_of

from vigie.probing import HttpEndpoint, Outcome, Result, Target, run_agent

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    b'{"status":"ok"}'
)
WARM_UP = 2  # seconds
EVERY = 10  # seconds between two probes of one endpoint
ME = [sys.executable, "-m", "tests.bench.probe_cpu"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a prober used."""

    probes: int
    cpu_s: float

    @property
    def each_ms(self) -> float:
        return self.cpu_s / self.probes * 1000


class Shop(asyncio.Protocol):
    """Answers each request at once, and closes when asked to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by name

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(ANSWER)
            if b"onnection: close" in data:
                self.transport.close()


async def serve(directory: Path, ports: list[int]) -> None:
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(directory / "server.pem")
    loop = asyncio.get_running_loop()
    await loop.create_server(Shop, "127.0.0.1", ports[0], backlog=1000)
    await loop.create_server(Shop, "127.0.0.1", ports[1], backlog=1000, ssl=settings)
    await asyncio.Event().wait()


async def prober(url: str, rate: int, seconds: float) -> Cost:
    """Run our agent in this process and return what the measured seconds cost."""
    stop, results = asyncio.Event(), 0

    def record(result: Result) -> None:
        nonlocal results
        assert result.outcome is Outcome.UP, result
        results += 1

    agent = asyncio.create_task(
        run_agent(targets(url, rate), location="main", record=record, stop=stop)
    )
    await asyncio.sleep(WARM_UP)
    before, counted = time.process_time(), results
    await asyncio.sleep(seconds)
    cost = Cost(probes=results - counted, cpu_s=time.process_time() - before)
    stop.set()
    await agent
    return cost


def targets(url: str, rate: int) -> list[Target]:
    spec = {"http": url, "every": timedelta(seconds=EVERY), "timeout": timedelta(seconds=5)}
    spec["expect"] = {"status": "200-299", "body_contains": '"ok"'}
    endpoints = (HttpEndpoint.model_validate({"key": f"e{n}", **spec}) for n in range(rate * EVERY))
    return [Target(service="shop", endpoint=e, allow=("loopback",)) for e in endpoints]


async def exporter(url: str, module: str, rate: int, seconds: float, pid: int, port: int) -> Cost:
    """Ask the exporter for *rate* probes a second and return what its process used."""
    ask = f"http://127.0.0.1:{port}/probe?module={module}&target={quote(url)}"
    done = 0

    async with aiohttp.ClientSession() as session:

        async def one() -> None:
            nonlocal done
            async with session.get(ask) as answer:
                assert "probe_success 1" in await answer.text()
            done += 1

        await drive(one, rate, WARM_UP)
        before, counted = cpu_of(pid), done
        await drive(one, rate, seconds)
        return Cost(probes=done - counted, cpu_s=cpu_of(pid) - before)


async def drive(one: Callable[[], Coroutine[None, None, None]], rate: int, seconds: float) -> None:
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for n in range(int(rate * seconds)):
            await asyncio.sleep(max(0, began + n / rate - time.monotonic()))
            tasks.create_task(one())


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for each in sockets:
        each.close()
    return ports


def write_files(directory: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(directory / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        directory / "server.pem"
    )
    probe = {"preferred_ip_protocol": "ip4", "fail_if_body_not_matches_regexp": ['"ok"']}
    tls = {"tls_config": {"ca_file": str(directory / "ca.pem")}}
    modules = {
        "http": {"prober": "http", "http": probe},
        "https": {"prober": "http", "http": probe | tls},
    }
    (directory / "blackbox.yml").write_text(json.dumps({"modules": modules}))


def wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def measure(directory: Path, options: argparse.Namespace) -> None:
    http, https, port = free_ports(3)
    write_files(directory)
    shop = subprocess.Popen([*ME, "--serve", str(directory), str(http), str(https)])
    peer = subprocess.Popen(
        [
            options.exporter,
            f"--config.file={directory}/blackbox.yml",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        for each in (http, https, port):
            wait_for(each)
        for scheme, at in (("http", http), ("https", https)):
            url = f"{scheme}://127.0.0.1:{at}/health"
            compare(scheme, url, directory, options, peer.pid, port)
    finally:
        for process in (shop, peer):
            process.terminate()
            process.wait()


def compare(
    scheme: str, url: str, directory: Path, options: argparse.Namespace, pid: int, port: int
) -> None:
    for _ in range(options.rounds):
        told = subprocess.run(
            [*ME, "--probe", url, "--rate", str(options.rate), "--seconds", str(options.seconds)],
            env=os.environ | {"SSL_CERT_FILE": str(directory / "ca.pem")},
            stdout=subprocess.PIPE,
            check=True,
        )
        ours = Cost(**json.loads(told.stdout))
        theirs = uvloop.run(exporter(url, scheme, options.rate, options.seconds, pid, port))
        show(scheme, ours, theirs)


def show(scheme: str, ours: Cost, theirs: Cost) -> None:
    print(
        f"{scheme:6}  vigie {ours.each_ms:.3f} ms ({ours.probes} probes)"
        f"  exporter {theirs.each_ms:.3f} ms ({theirs.probes} probes)"
        f"  ratio {ours.each_ms / theirs.each_ms:.2f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=200, help="probes a second")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exporter", default="prometheus-blackbox-exporter")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--probe", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        directory, *ports = options.serve
        uvloop.run(serve(Path(directory), [int(port) for port in ports]))
    elif options.probe:
        gc.freeze()
        cost = uvloop.run(prober(options.probe, options.rate, options.seconds))
        print(json.dumps({"probes": cost.probes, "cpu_s": cost.cpu_s}))
    else:
        with tempfile.TemporaryDirectory() as directory:
            measure(Path(directory), options)


if __name__ == "__main__":
    main()
