r"""Text of anybody, as it may stand beside text of ours: what would mislead is shown as \u202e.

Genuine names in any script stay as they are.
"""

import re

_STEERS = "\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"  # controls, halves, ends of a line
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # a number beside them reads differently
_HIDES = "\u00ad\u180e\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
# Inside words of these scripts a joiner decides on the letters' forms, and inside some emoji.
_JOINED = (
    "\u0600-\u061b\u061d-\u109f\u1780-\u180d\u180f-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
)
# These are written without spaces: words may be parted by nothing.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\ua9e0-\uaa7f"

_STEERING = re.compile(f"[{_STEERS}]")
_MISLEADING = re.compile(
    f"[{_TURNS}{_HIDES}]"
    f"|[\u200c\u200d](?:(?<![{_JOINED}].)|(?![{_JOINED}]))"
    f"|\u200b(?:(?<![{_SPACELESS}].)|(?![{_SPACELESS}]))"
)


def legible(text: str) -> str:
    r"""Return *text* with what turns or hides a part of it shown as \u202e."""
    return text if text.isascii() else _MISLEADING.sub(_shown, text)


def one_line(text: str) -> str:
    r"""Return *text* so, and what would steer a terminal, or end the line, shown as \x1b."""
    if text.isprintable():
        return text
    return legible(_STEERING.sub(lambda sign: ascii(sign[0])[1:-1], text))


def steers(text: str) -> bool:
    """Whether *text* is more than a line, or would steer a terminal."""
    return _STEERING.search(text) is not None


def _shown(sign: re.Match[str]) -> str:
    """Return a sign as JSON writes it: inside JSON it stays what it was."""
    return re.sub("(....)", r"\\u\1", sign[0].encode("utf-16-be").hex())
