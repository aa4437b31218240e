"""Where a mailbox is and on what terms, written as a URL. Pure.

imaps://user:password@imap.example.org           (TLS from the start, port 993)
imap://user:password@imap.example.org            (STARTTLS, port 143; to this machine in clear text)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from penstock.transport.smtp.server import Server, ServerURLError, is_loopback

Security = Literal["implicit", "starttls", "none"]
PORTS: Final = {"imaps": 993, "imap": 143}
_EXAMPLE: Final = "imaps://user:password@imap.example.org"


class MailboxURLError(ValueError):
    """An address that cannot be used; says what is wrong with which part and what is possible."""


@dataclass(frozen=True, slots=True)
class Place:
    """An IMAP server and who logs in. Shows its password to nobody. `cafile`: certificates trusted instead of the system's."""

    host: str
    port: int
    tls: Security
    username: str
    password: str = field(default="", repr=False)
    cafile: str = ""

    @classmethod
    def from_url(cls, url: str, password: str | None = None) -> Place:
        """Read `url`; `password` replaces the one in it (they are stored apart). Raises MailboxURLError."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise MailboxURLError(f"The address cannot be read: {error}.") from None
        if parts.scheme not in PORTS:
            raise MailboxURLError(f"A mailbox's address begins with imaps:// or imap://, as in {_EXAMPLE}.")
        if parts.path not in ("", "/"):
            raise MailboxURLError("A mailbox's address has no path: the folder is named apart.")
        try:
            server = Server.from_url(f"smtp://{parts.netloc}", password)
            port = parts.port
        except (ServerURLError, ValueError) as error:
            raise MailboxURLError(_about(str(error))) from None
        if not server.username:
            raise MailboxURLError(f"A mailbox's address names who logs in, as in {_EXAMPLE}.")
        place = cls(server.host, port or PORTS[parts.scheme], _security(parts.scheme, server.host), server.username,
                    server.password)  # fmt: skip
        return replace(place, **_options(parts.query, place))  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        """The address without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "imaps" if self.tls == "implicit" else "imap"
        told: dict[str, str] = {"tls": self.tls} if scheme == "imap" else {}
        told |= {"cafile": self.cafile} if self.cafile else {}
        query = f"?{urlencode(told)}" if told else ""
        return f"{scheme}://{quote(self.username, safe='')}@{host}:{self.port}{query}"

    def same_keeper(self, other: Place) -> bool:
        """Whether a password for this one may go to `other`: to the same user of the same server, as well protected."""
        return replace(self, password="") == replace(other, password="")

    def __str__(self) -> str:
        return f"{self.username} at {f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def written(server: str, username: str, password: str) -> str:
    """Return the address of a mailbox whose parts were given apart; `server` is a host, or imaps://host:port."""
    scheme, found, rest = server.strip().partition("://")
    if not found:
        scheme, rest = "imaps", server.strip()
    user = quote(username.strip(), safe="")
    secret = f":{quote(password, safe='')}" if password else ""
    return f"{scheme.lower()}://{user}{secret}@{rest}"


def _about(text: str) -> str:
    """A complaint about a server's URL, as one about a mailbox's."""
    return f"{text[0].upper()}{text[1:]}.".replace("smtp://", "imaps://").replace(
        "he server's URL", "he address"
    )


def _security(scheme: str, host: str) -> Security:
    if scheme == "imaps":
        return "implicit"
    return "none" if is_loopback(host) else "starttls"


def _options(query: str, place: Place) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "tls" and value in _possible(place):
            found["tls"] = value
        elif name == "tls":
            raise MailboxURLError(
                f"The option tls={value!r} cannot be here; it may be {', '.join(_possible(place))}."
            )
        elif name == "cafile" and value.isprintable() and value:
            found["cafile"] = value
        else:
            raise MailboxURLError(f"The address has an unknown option {name!r}; known are tls and cafile.")
    return found


def _possible(place: Place) -> tuple[str, ...]:
    """What the option tls may say: clear text to this machine only, for a password goes over it."""
    if place.tls == "implicit":
        return ("implicit",)
    return ("starttls", "none") if is_loopback(place.host) else ("starttls",)
