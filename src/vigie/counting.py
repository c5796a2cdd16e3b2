"""Numbers of things in messages."""


def count(number: int, what: str) -> str:
    """Return a number of things: `1 bad row`, `2,000 bad rows`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
