"""The API's client for Python: `Penstock("https://mail.example.org", "pst_…")`. Needs httpx and pydantic, and nothing else of Penstock."""

from penstock.client.client import Penstock
from penstock.client.errors import (
    ApiError,
    ConnectionLost,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    VersionChanged,
)
from penstock.client.pages import Pages

__all__ = [
    "ApiError",
    "ConnectionLost",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Pages",
    "Penstock",
    "Refused",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "VersionChanged",
]
