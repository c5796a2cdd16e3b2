"""The process in which apprise runs: a question as JSON comes in, an answer as JSON goes out.

Apprise resolves names and follows redirects by itself, so addresses are judged where it cannot
get past: when a socket connects.
"""

import contextlib
import json
import sys
from collections.abc import Sequence

from vigie.probing import call_refusal

GUARDED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def judge(address: object, allow: Sequence[str]) -> str | None:
    """Return why a socket may not go to *address*, None when it may."""
    if isinstance(address, tuple):
        try:
            return call_refusal(str(address[0]).partition("%")[0], allow)
        except ValueError:
            return "a name was not resolved before it was called"
    # A socket of this machine, such as /dev/log
    return None if "loopback" in allow else "a local socket (write allow: [loopback])"


def guard(allow: Sequence[str]) -> list[str]:
    """Refuse every connection of this process that is not allowed; return the refusals to come."""
    refusals: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in GUARDED and (why := judge(arguments[1], allow)):
            refusals.append(why)
            raise PermissionError(why)

    sys.addaudithook(hook)
    return refusals


def main() -> None:
    """Read a question, send, and answer."""
    asked = json.load(sys.stdin)
    refusals = guard(asked["allow"])
    with contextlib.redirect_stdout(sys.stderr):  # a plugin may print
        import apprise

        sender = apprise.Apprise()
        understood = bool(sender.add(asked["url"]))
        kind = apprise.NotifyType.FAILURE if asked["urgent"] else apprise.NotifyType.INFO
        sent = understood and bool(
            sender.notify(title=asked["title"], body=asked["body"], notify_type=kind)
        )
    answer = {"understood": understood, "sent": sent, "refused": next(iter(refusals), None)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
