"""What a running Vigie answers over HTTP."""

from vigie.serving.app import Asked, Health, make_app, parse_listen, serve
from vigie.serving.metrics import Measured

__all__ = ["Asked", "Health", "Measured", "make_app", "parse_listen", "serve"]
