"""A gateway as one of a transport's servers, written as a URL.

sms+https://:TOKEN@gateway.example.net/v1/messages?id=message_id&connections=8
sms+https://user:password@gateway.example.net/send?body=form&to=msisdn
twilio://AC…:AUTH-TOKEN@?service=MG…
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from penstock.platform.internet import is_public, literal
from penstock.transport.gateway.shape import Shape, shape_of
from penstock.transport.server_url import UNSAFE, ServerURLError, host_of, is_loopback

JSON: Final = ("sms+https", "sms+http")
TWILIO: Final = "twilio"
SCHEMES: Final = (*JSON, TWILIO)
DEFAULT_CONNECTIONS: Final = 8
CONNECTIONS_LIMIT: Final = 500
_TWILIO_HOST: Final = "api.twilio.com"
_TWILIO_OPTIONS: Final = ("service", "account", "callback")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway and the credentials for it. Shows the secret to nobody."""

    channel: ClassVar[str] = "sms"

    scheme: str
    host: str
    port: int = 0  # 0: the scheme's own
    path: str = "/"
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = DEFAULT_CONNECTIONS  # requests under way at the same time
    check: str = ""  # a path that answers 2xx to the key alone, and sends nothing
    private: bool = False  # it may be in a private network: said on the command line only
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_url(cls, url: str, password: str | None = None) -> Gateway:
        """Read `url`; `password` replaces the one in it (they are stored apart). Raises ServerURLError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or 0
            given = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
        except ValueError as error:
            raise ServerURLError(f"the gateway's URL cannot be read: {error}") from None
        if parts.scheme not in SCHEMES or parts.fragment:
            raise ServerURLError(
                "the gateway's URL is sms+https://:TOKEN@HOST/PATH?OPTIONS or twilio://SID:TOKEN@?OPTIONS"
            )
        secret = unquote(parts.password or "") if password is None else password
        username = unquote(parts.username or "")
        if UNSAFE & set(username + secret + unquote(parts.path)):
            raise ServerURLError(
                "the gateway's URL contains a control character; perhaps a line end was copied along"
            )
        connections, check, private, options = _apart(given)
        made = cls(
            parts.scheme, host_of(host, parts.netloc.rpartition("@")[2]) if host else "", port, parts.path or "/",
            username, secret, connections, check, private, options,
        )  # fmt: skip
        return made._checked()

    def _checked(self) -> Gateway:
        if self.scheme == TWILIO:
            return self._as_twilio()
        if not self.host:
            raise ServerURLError("name the gateway's host: sms+https://:TOKEN@HOST/PATH")
        if self.scheme == "sms+http" and not self.loopback:
            raise ServerURLError(
                "a key goes over https only; write sms+https:// (sms+http is for this machine)"
            )
        address = literal(self.host)
        if address is not None and not self.inward and not is_public(address):
            raise ServerURLError(
                f"{self.host} is in a private network; say so with private=yes, on the command line"
            )
        shape_of(self.options)
        return self

    def _as_twilio(self) -> Gateway:
        given = dict(self.options)
        if unknown := sorted(set(given) - set(_TWILIO_OPTIONS)):
            raise ServerURLError(
                f"a twilio URL has the options {', '.join(_TWILIO_OPTIONS)} and connections, not {unknown[0]!r}"
            )
        if not self.account.startswith("AC") or not self.username.isalnum():
            raise ServerURLError(
                "write twilio://ACCOUNT-SID:AUTH-TOKEN@, or twilio://API-KEY-SID:SECRET@?account=ACCOUNT-SID"
            )
        if given.get("callback", "https://").partition("://")[0] not in ("https", "http"):
            raise ServerURLError(
                "the option callback is the address that `penstock transport hook make` shows"
            )
        host = self.host or _TWILIO_HOST
        if not (host.endswith(".twilio.com") or is_loopback(host)) or self.path not in ("", "/"):
            raise ServerURLError(
                "Twilio's address is known; leave host and path out: twilio://SID:TOKEN@?OPTIONS"
            )
        return replace(self, host=host, path="/")

    @property
    def name(self) -> str:
        """The kind of gateway it is, by which its webhook is known: gateway, twilio."""
        return TWILIO if self.scheme == TWILIO else "gateway"

    @property
    def title(self) -> str:
        """The gateway's name for people."""
        return "Twilio" if self.scheme == TWILIO else f"The gateway {self.host}"

    @property
    def shape(self) -> Shape:
        """What a JSON gateway's requests look like."""
        return shape_of(self.options)

    @property
    def account(self) -> str:
        """Of Twilio: the SID of the account that sends."""
        return dict(self.options).get("account", self.username)

    @property
    def callback(self) -> str:
        """Of Twilio: the address that it is to tell at, "" where the messaging service says that, or nobody."""
        return dict(self.options).get("callback", "")

    @property
    def receipts(self) -> bool:
        """It tells later what has arrived, and messages wait for that."""
        return bool(self.callback) if self.scheme == TWILIO else self.shape.receipts or self.asks

    @property
    def asks(self) -> bool:
        """It can be asked what became of a message."""
        return self.scheme == TWILIO or bool(self.shape.ask)

    @property
    def asks_by_mark(self) -> bool:
        """It can be asked about a message whose id was never seen, by our own name for it."""
        return self.scheme != TWILIO and "{reference}" in self.shape.ask and "{id}" not in self.shape.ask

    @property
    def base(self) -> str:
        """Scheme, host and port: what stands before the path."""
        plain = self.scheme == "sms+http" or (self.scheme == TWILIO and self.loopback)
        return f"http{'' if plain else 's'}://{self}"

    @property
    def room(self) -> int:
        """Messages that may be under way at a time."""
        return self.connections

    @property
    def keeper(self) -> Gateway:
        """What says who sees the password, and by which way: all else may change while it stays."""
        where = () if self.scheme == TWILIO else tuple(
            (name, value) for name, value in self.options if name in ("header", "secret", "auth")
        )  # fmt: skip
        return Gateway(
            self.scheme, self.host, self.port, "/", self.username, self.password, 1, "", False, where
        )

    @property
    def inward(self) -> bool:
        """It may be on this machine or in a private network: to be named by who has the machine, not by who has an account."""
        return self.private or (self.loopback and self.scheme != "sms+https")

    @property
    def loopback(self) -> bool:
        """It is on this machine, as far as the name tells."""
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """The URL without the secret: `from_url(gateway.url, gateway.password) == gateway`."""
        shown = list(self.options)
        if self.connections != DEFAULT_CONNECTIONS:
            shown.append(("connections", str(self.connections)))
        if self.check:
            shown.append(("check", self.check))
        if self.private:
            shown.append(("private", "yes"))
        user = quote(self.username, safe="") + "@" if self.username else ""
        host = "" if self.host == _TWILIO_HOST else str(self)
        path = "" if self.scheme == TWILIO else self.path
        return f"{self.scheme}://{user}{host}{path}{f'?{urlencode(shown)}' if shown else ''}"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


def _apart(given: list[tuple[str, str]]) -> tuple[int, str, bool, tuple[tuple[str, str], ...]]:
    """The number of connections, the path of the check, whether it is private, and the other options in one order. Raises ServerURLError."""
    options = dict(given)
    if any(not name or UNSAFE & set(name + value) or len(name) + len(value) > 1_000 for name, value in given):
        raise ServerURLError(
            "an option of the gateway's URL is longer than 1,000 characters, or has a control character"
        )
    connections = options.pop("connections", str(DEFAULT_CONNECTIONS))
    if not (connections.isdecimal() and len(connections) < 5 and 1 <= int(connections) <= CONNECTIONS_LIMIT):
        raise ServerURLError(
            f"the option connections of the gateway's URL has to be a whole number from 1 to {CONNECTIONS_LIMIT}"
        )
    check = options.pop("check", "")
    if check and (not check.startswith("/") or check.startswith("//")):
        raise ServerURLError("the option check of the gateway's URL has to be a path from / on")
    private = options.pop("private", "no")
    if private not in ("yes", "no"):
        raise ServerURLError("the option private of the gateway's URL may be yes or no")
    return int(connections), check, private == "yes", tuple(sorted(options.items()))
