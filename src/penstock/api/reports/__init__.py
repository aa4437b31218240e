"""Reports over the API: of one mailing, of several beside each other, and everything of one as an archive."""

from ninja import Router

from penstock.api.reports.of_account import router as of_account
from penstock.api.reports.of_mailing import router as of_mailing

ROUTERS: list[tuple[str, Router, str]] = [
    ("/mailings", of_mailing, "reports"),
    ("/reports", of_account, "reports"),
]
"""Each router with its address and its heading in the document."""
