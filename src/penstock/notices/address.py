"""Which addresses a webhook may have: https, and nowhere in a private network. Pure.

Somebody who may add a webhook could otherwise make this machine call what only it can reach: its own ports, the cloud's
metadata, the router. The name is looked up for each request and the address that was judged is the one that is called
(notices.calling), so that a name whose answer changes in between (DNS rebinding) gains nothing.
"""

from urllib.parse import urlsplit

from penstock.platform.internet import is_public, literal

LONGEST = 2_000
"""Characters of an address."""


class AddressRefused(ValueError):
    """A webhook may not have this address; says why and what to do."""


def check(url: str, *, private: bool) -> str:
    """Return `url` when a webhook may have it. `private`: http and private networks are allowed. Raises AddressRefused."""
    if len(url) > LONGEST or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in url) or "\\" in url:
        raise AddressRefused(
            f"The address has a space, a control character or a backslash, or more than {LONGEST:,} characters."
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(f"The address cannot be read: {error}.") from None
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise AddressRefused(
            f"The address begins with {parts.scheme or 'nothing'}://; a webhook's begins with https://."
        )
    if not host or port == 0:
        raise AddressRefused("The address names no host, or port 0; write it as https://example.org/hook.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address holds a user name; what authenticates a webhook is its signature.")
    if parts.fragment:
        raise AddressRefused("The address has a #fragment, which is never sent; leave it out.")
    address = literal(host)
    if address is not None and not private and not is_public(address):
        raise AddressRefused(_why(host))
    return url


def judge(host: str, found: list[str], *, private: bool) -> str:
    """Return the address to call among those that `host` was looked up to. Raises AddressRefused when one is private.

    One is enough: who mixes them means to get at the private one.
    """
    if not found:
        raise AddressRefused(f"The name {host} has no address.")
    if not private:
        for each in found:
            address = literal(each)
            if address is None or not is_public(address):
                raise AddressRefused(_why(f"{host} ({each})"))
    return found[0]


def _why(where: str) -> str:
    return (
        f"{where} is in a private network, or on this machine; webhooks go to public addresses only."
        " Set PENSTOCK_WEBHOOKS_PRIVATE=1 where private ones are meant."
    )
