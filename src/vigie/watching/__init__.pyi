from .incidents import run_watch

__all__ = ["run_watch"]
