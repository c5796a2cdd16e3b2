"""Where the shipped sql, reports and probes files live."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHARE = _PACKAGE / "share"  # exists only in a built wheel
_ROOT = _SHARE if _SHARE.is_dir() else _PACKAGE.parents[1]  # else: the checkout

SQL = _ROOT / "sql"
REPORTS = _ROOT / "reports"
PROBES = _ROOT / "probes"
