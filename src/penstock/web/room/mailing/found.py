"""The mailing that a page is about: one of the account, or a deleted one whose journal and ledger stay."""

from penstock.mailing.mailings import Mailing, find
from penstock.web.room.visit import NotThere, Visit


def mailing_of(visit: Visit, number: int) -> Mailing:
    """Return the mailing of the visit's account. Raises NotThere."""
    if (mailing := find(visit.conn, visit.account, number)) is None:
        raise NotThere
    return mailing
