"""What a running Vigie answers over HTTP."""

from vigie.serving.app import Health, make_app, parse_listen, serve

__all__ = ["Health", "make_app", "parse_listen", "serve"]
