from .wording import Rendered, render

__all__ = ["Rendered", "render"]
