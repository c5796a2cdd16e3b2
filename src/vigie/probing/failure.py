"""How a probe's inner parts say that the attempt is over."""

from vigie.probing.result import Reason


class Failed(Exception):  # noqa: N818 - it ends an attempt, it is no error of ours
    """The attempt failed; becomes an `Attempt`, and never leaves this package."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
