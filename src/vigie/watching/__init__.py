"""Outages become incidents and crises, and the right people hear of them."""

import lazy_loader

# Each name is imported when it is asked for: a command pays for what it uses only.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
