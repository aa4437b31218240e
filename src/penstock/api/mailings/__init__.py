"""Mailings over the API: as objects, their commands, and what is known of them."""

from ninja import Router

from penstock.api.mailings.analyses import router as analyses
from penstock.api.mailings.chains import router as chains
from penstock.api.mailings.commands import router as commands
from penstock.api.mailings.commands import unknown
from penstock.api.mailings.facets import router as facets
from penstock.api.mailings.objects import router as objects
from penstock.api.mailings.overview import router as overview
from penstock.api.mailings.previewing import router as previewing
from penstock.api.mailings.recipients import router as recipients
from penstock.api.mailings.revisions import router as revisions
from penstock.api.mailings.speeds import router as speeds
from penstock.api.mailings.testing import router as testing
from penstock.api.mailings.timelines import router as timelines

ROUTERS: list[tuple[str, Router, str]] = [
    ("", overview, "overview"),
    ("/mailings", objects, "mailings"),
    ("/mailings", facets, "mailings"),
    ("/mailings", chains, "mailings"),
    ("/mailings", speeds, "mailings"),
    ("/mailings", timelines, "mailings"),
    ("/mailings", revisions, "mailings"),
    ("/mailings", recipients, "recipients"),
    ("/mailings", previewing, "recipients"),
    ("/mailings", testing, "tests"),
    ("/mailings", analyses, "analysis"),
    ("/mailings", commands, "commands"),
    ("/mailings", unknown, "commands"),
]
"""Each router with its address and its heading in the document."""
