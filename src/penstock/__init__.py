"""Penstock: a self-hosted bulk mail sender that accounts for every message."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("penstock")
except PackageNotFoundError:  # a source tree on PYTHONPATH, never installed
    __version__ = "0.1.0"

__all__ = ["__version__"]
