"""A provider's account as one of a transport's servers, written as a URL.

anymail+postmark://:SERVER-TOKEN@?message_stream=broadcast
anymail+mailjet://API-KEY:SECRET-KEY@
anymail+mailgun://:API-KEY@?sender_domain=mail.example.org&region=eu
anymail+postal://:API-KEY@postal.example.org
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from penstock.transport.provider.known import KNOWN, Api
from penstock.transport.smtp.server import ServerURLError, is_loopback

SCHEME: Final = "anymail+"
DEFAULT_CONNECTIONS: Final = 8
_UNSAFE: Final = frozenset(map(chr, range(0x21))) | {"\x7f"}
_REGION: Final = "region"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider and the credentials for it. Shows the secret to nobody."""

    channel: ClassVar[str] = "email"
    receipts: ClassVar[bool] = False  # what becomes of its messages comes as that of any e-mail
    name: str
    username: str = ""
    password: str = field(default="", repr=False)
    host: str = ""  # of the base address, where it is not the provider's usual one
    port: int = 0  # 0: https' own
    connections: int = DEFAULT_CONNECTIONS  # requests under way at the same time
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_url(cls, url: str, password: str | None = None) -> Provider:
        """Read `url`; `password` replaces the one in it (they are stored apart). Raises ServerURLError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or 0
        except ValueError as error:
            raise ServerURLError(f"the provider's URL cannot be read: {error}") from None
        name = parts.scheme.removeprefix(SCHEME).replace("-", "_")
        api = KNOWN.get(name)
        if api is None or not parts.scheme.startswith(SCHEME):
            raise ServerURLError(f"there is no provider {name!r}; known are {', '.join(sorted(KNOWN))}")
        if parts.path not in ("", "/") or parts.fragment:
            raise ServerURLError(f"the provider's URL has a path; write {SCHEME}{name}://:KEY@?OPTIONS")
        secret = unquote(parts.password or "") if password is None else password
        username = unquote(parts.username or "")
        if _UNSAFE & set(username + secret):
            raise ServerURLError(
                "a key contains a space or a control character; perhaps a line end was copied along"
            )
        connections, options = _options(name, api, parts.query)
        made = cls(name, username, secret, host, port, connections, options)
        made._check(api)
        return made

    def _check(self, api: Api) -> None:
        usual = _usual_hosts(api)
        if self.host and api.home and self.host not in usual and not is_loopback(self.host):
            raise ServerURLError(
                f"{api.title}'s address is known; leave the host out: {SCHEME}{self.name}://:KEY@?OPTIONS"
            )
        if not self.host and not api.home:
            raise ServerURLError(f"name the host of your {api.title}: {SCHEME}{self.name}://:KEY@HOST")
        if api.user and not self.username:
            raise ServerURLError(
                f"{api.title} wants {api.user} and {api.secret}: {SCHEME}{self.name}://{api.user.upper()}:{api.secret.upper()}@"
            )
        given = dict(self.options)
        if missing := [name for name in api.needed if name not in given]:
            raise ServerURLError(f"{api.title} wants the option {', '.join(missing)} as well")

    @property
    def title(self) -> str:
        """The provider's name for people."""
        return KNOWN[self.name].title

    @property
    def url(self) -> str:
        """The URL without the secret: `from_url(provider.url, provider.password) == provider`."""
        shown = list(self.options)
        if self.connections != DEFAULT_CONNECTIONS:
            shown.append(("connections", str(self.connections)))
        user = quote(self.username, safe="") + "@" if self.username else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        query = f"?{urlencode(shown)}" if shown else ""
        return f"{SCHEME}{self.name.replace('_', '-')}://{user}{host}{port}{query}"

    @property
    def base(self) -> str | None:
        """The API's base address, None for the usual one. In clear text to this machine only."""
        api, region = KNOWN[self.name], dict(self.options).get(_REGION, "")
        if self.host:
            scheme = "http" if is_loopback(self.host) else "https"
            host = f"[{self.host}]" if ":" in self.host else self.host
            return f"{scheme}://{host}{f':{self.port}' if self.port else ''}{api.path}"
        return api.regions.get(region)

    @property
    def settings(self) -> dict[str, str]:
        """What anymail's backend is made with."""
        api = KNOWN[self.name]
        made = {name: value for name, value in self.options if name in api.options}
        made[api.secret] = self.password
        if api.user:
            made[api.user] = self.username
        if self.base:
            made["api_url"] = self.base
        return made

    @property
    def elsewhere(self) -> bool:
        """It is asked at a host that somebody named, and not where the provider is known to be."""
        api = KNOWN[self.name]
        return bool(self.host) and self.host not in {*_usual_hosts(api), *api.hosts}

    @property
    def room(self) -> int:
        """Messages that may be on the wire at a time."""
        return self.connections

    @property
    def loopback(self) -> bool:
        """Its API is on this machine: a stand-in."""
        return bool(self.host) and is_loopback(self.host)

    def __str__(self) -> str:
        return f"{self.title}'s API" + (f" at {self.host}" if self.host else "")


def _usual_hosts(api: Api) -> set[str]:
    return {urlsplit(base).hostname or "" for base in api.regions.values()}


def _options(name: str, api: Api, query: str) -> tuple[int, tuple[tuple[str, str], ...]]:
    """The connections, and the options behind the question mark, checked."""
    known = {*api.options, "connections", *((_REGION,) if api.regions else ())}
    options: dict[str, str] = {}
    for option, value in parse_qsl(query, keep_blank_values=True):
        if option not in known:
            raise ServerURLError(
                f"the provider's URL has an unknown option {option!r}; {name} has {', '.join(sorted(known))}"
            )
        if not value or _UNSAFE & set(value):
            raise ServerURLError(f"the option {option}={value!r} of the provider's URL has to be a word")
        options[option] = value
    connections = options.pop("connections", str(DEFAULT_CONNECTIONS))
    if not connections.isdecimal() or not 1 <= int(connections) <= 100:
        raise ServerURLError(
            "the option connections of the provider's URL has to be a whole number from 1 to 100"
        )
    region = options.get(_REGION)
    if region is not None and api.regions and region not in api.regions:
        raise ServerURLError(f"{api.title} has the regions {', '.join(api.regions)}, besides its usual one")
    return int(connections), tuple(sorted(options.items()))
