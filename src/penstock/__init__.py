"""Penstock: a self-hosted bulk mail sender that accounts for every message."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: importing what knows it takes longer than most of a command's start."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("penstock")
    except PackageNotFoundError:  # a source tree on PYTHONPATH, never installed
        return "0.1.0"
