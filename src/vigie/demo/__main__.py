"""`python -m vigie.demo` opens the shop alone, for whoever wants to look at it."""

import asyncio
import contextlib

from vigie.demo.shop import run

if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
