"""Which SPF mechanism lets the servers of an account send, as far as their names tell. Pure."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

UNKNOWN: Final = "mx"
"""Where nothing is known: the domain's own mail servers send."""

PROVIDERS: Final = {
    "amazonaws.com": "include:amazonses.com",
    "brevo.com": "include:spf.brevo.com",
    "fastmail.com": "include:spf.messagingengine.com",
    "gandi.net": "include:_mailcust.gandi.net",
    "gmail.com": "include:_spf.google.com",
    "google.com": "include:_spf.google.com",
    "mailgun.org": "include:mailgun.org",
    "mailjet.com": "include:spf.mailjet.com",
    "mandrillapp.com": "include:spf.mandrillapp.com",
    "office365.com": "include:spf.protection.outlook.com",
    "outlook.com": "include:spf.protection.outlook.com",
    "ovh.net": "include:mx.ovh.com",
    "postmarkapp.com": "include:spf.mtasv.net",
    "sendgrid.net": "include:sendgrid.net",
}
"""What providers ask their customers to include, by the end of the names of their servers."""


_API: Final = "anymail+"  # begins the address of a transport that is a provider's API
_APIS: Final = {
    "amazon_ses": "amazonaws.com",
    "amazon-ses": "amazonaws.com",
    "brevo": "brevo.com",
    "mailgun": "mailgun.org",
    "mailjet": "mailjet.com",
    "mandrill": "mandrillapp.com",
    "postmark": "postmarkapp.com",
    "sendgrid": "sendgrid.net",
}
"""Providers by the name in such an address, with the end of the names of their servers."""


def of_hosts(hosts: Iterable[str]) -> str:
    """Return the mechanisms for servers of these names; a server of one's own is taken to send from its address."""
    found = dict.fromkeys(_mechanism(host) for host in hosts if host)
    return " ".join(found) or UNKNOWN


def host_of(url: str) -> str:
    """Return the host in the address of a server, or the name that a provider's servers end with; none: not known."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme.startswith(_API):
        return _APIS.get(parts.scheme.removeprefix(_API), "")
    return parts.hostname or ""


def _mechanism(host: str) -> str:
    name = host.lower().rstrip(".")
    for suffix, mechanism in PROVIDERS.items():
        if name == suffix or name.endswith(f".{suffix}"):
            return mechanism
    if ":" in name:
        return f"ip6:{name}"
    if name.replace(".", "").isdigit():
        return f"ip4:{name}"
    return f"a:{name}"
