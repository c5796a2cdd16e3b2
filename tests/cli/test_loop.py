"""The loop that commands run on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK_UP = """
import asyncio, os
from vigie import cli

async def look_up():
    await asyncio.get_running_loop().getaddrinfo("localhost", 80)
    print(len(os.listdir("/proc/self/task")))

cli._loop()(look_up())
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads as Linux does")
def test_many_names_are_looked_up_at_once() -> None:
    """By two at once, eight names with silent servers made every other one wait for 12 s."""
    clean = {name: value for name, value in os.environ.items() if name != "UV_THREADPOOL_SIZE"}
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP], env=clean, capture_output=True, text=True, check=True
    )

    assert int(done.stdout) > 128
