"""Mailings over the API: as objects, their commands, and what is known of them."""

from ninja import Router

from penstock.api.mailings import commands, objects

ROUTERS: list[tuple[str, Router, str]] = [
    ("/mailings", objects.router, "mailings"),
    ("/mailings", commands.router, "commands"),
]
"""Each router with its address and its heading in the document."""
