"""Mailings over the API: as objects, their commands, and what is known of them."""

from ninja import Router

from penstock.api.mailings.commands import router as commands
from penstock.api.mailings.objects import router as objects

ROUTERS: list[tuple[str, Router, str]] = [
    ("/mailings", objects, "mailings"),
    ("/mailings", commands, "commands"),
]
"""Each router with its address and its heading in the document."""
