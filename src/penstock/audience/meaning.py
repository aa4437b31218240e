"""Whom somebody means who writes an address or a telephone number: a national number is one of the account's own country."""

from typing import Any

import psycopg

from penstock.account import policies
from penstock.audience import address, number
from penstock.audience.address import Address
from penstock.audience.number import Number


def parse(conn: psycopg.Connection[Any], account: int, text: str) -> Address | Number:
    """Return the address or the number in `text`. Raises AddressError."""
    return parse_number(conn, account, text) if number.looks_like(text) else address.parse(text)


def parse_number(conn: psycopg.Connection[Any], account: int, text: str) -> Number:
    """Return the number in `text`. Raises AddressError."""
    international = text.lstrip().startswith("+")
    return number.parse(text, None if international else policies.read(conn, account).country)


def normal(conn: psycopg.Connection[Any], account: int, text: str) -> str:
    """Return the normal form of the address or the number in `text`. Raises AddressError.

    What has the form of E.164 is taken as it is: who writes to us from a landline may want to be left alone, or forgotten, too.
    """
    return text if number.is_written_out(text) else parse(conn, account, text).normal
