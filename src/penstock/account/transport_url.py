"""The address of a transport taken apart: what is shown, and the password, which is kept elsewhere. Pure."""

from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from penstock.transport.gateway.gateway import Gateway
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp.server import Server
from penstock.transport.terms import Terms, terms


def split(url: str) -> tuple[str, str]:
    """Return `url` without its password, and the password ("" if there is none)."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    user, host = parts.netloc.rsplit("@", 1)
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}@{host}")), unquote(parts.password)


def join(bare: str, password: str) -> str:
    """Return the address `bare` with the password put back: what `split` took apart."""
    if not password:
        return bare
    parts = urlsplit(bare)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def same_keeper(one: str, other: str) -> bool:
    """Tell whether a password for `one` may go to `other` as well: to the same user of the same server, as well protected.

    Only then is it kept when an address is changed. Otherwise whoever may change addresses could have it sent to a server of
    their own, or in the clear.
    """
    return _keeper(terms(one, "")) == _keeper(terms(other, ""))


def _keeper(found: Terms) -> Terms:
    """What of an address says who sees the password, and who may listen."""
    if isinstance(found, Server):
        usual = Server("")
        return replace(
            found,
            connections=usual.connections,
            helo="",
            messages_per_connection=usual.messages_per_connection,
        )
    if isinstance(found, Centre | Gateway):
        return found.keeper
    return replace(found, connections=1, options=tuple((n, v) for n, v in found.options if n == "region"))
