"""Which addresses are of the open internet, and which lead to this machine or into a private network. Pure."""

import ipaddress

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_TRANSLATED = ipaddress.IPv6Network(
    "64:ff9b:1::/48"
)  # RFC 8215: translated, by rules that only the network knows


def literal(host: str) -> IP | None:
    """Return the address that `host` is, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: IP) -> bool:
    """Tell whether an address is one of the open internet, whatever IPv4 address may be wrapped in it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id or address in _TRANSLATED or address.teredo:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if int(address) < 1 << 32:  # ::a.b.c.d, deprecated by RFC 4291 §2.5.5.1
            return False
    return address.is_global and not address.is_multicast
