"""Whether a report is what it says: its seal, its files, its arithmetic and its pages."""

import lazy_loader

# Each name is imported when it is asked for: a command pays for what it uses only.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
