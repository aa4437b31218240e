"""What the account's sending domains give for a sender: who signs its mail, and where bounces and those who want no more write to."""

from typing import Any

import psycopg

from penstock.account import domains, return_paths
from penstock.content import messages
from penstock.content.dkim import Signer, SigningKey


def signer(conn: psycopg.Connection[Any], account: int, sender_domain: str) -> Signer | None:
    """Return what signs for `sender_domain` (A-labels); None where no key of it, or of a domain above it, has a right record.

    Whether mail may leave unsigned is for the guards of the lifecycle to say (`domain_verified`). Raises SigningError for a key
    that cannot sign, SecretError for one that cannot be read.
    """
    keys = [SigningKey(*key) for key in domains.signing_keys(conn, account, sender_domain)]
    return Signer(keys) if keys else None


def return_domain(conn: psycopg.Connection[Any], account: int, sender_domain: str) -> str:
    """Return the domain of the return path: the one set up for it, where its records were found, else the sender's own."""
    return domains.return_host(conn, account, sender_domain) or sender_domain


def unsubscribes_at(conn: psycopg.Connection[Any], account: int, sender: str) -> str | None:
    """Return the address that unsubscribes who writes to it, for a message's sender as its author wrote it; None where none does."""
    domain = messages.sender_domain(sender)
    return None if domain is None else return_paths.unsubscribes_at(conn, account, domain)
