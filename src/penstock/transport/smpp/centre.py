"""A short message centre as one of a transport's servers, written as a URL.

smpp://system_id:password@smsc.example.net:2775?connections=4&window=100
smpps://system_id:password@smsc.example.net           (TLS from the first byte, port 3550)
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import tzinfo
from typing import ClassVar, Final, Literal
from urllib.parse import quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from penstock.platform.internet import is_public, literal
from penstock.transport.server_url import (
    UNSAFE,
    Read,
    ServerURLError,
    choice,
    count,
    host_of,
    is_loopback,
    options,
    path,
    word,
    yes_no,
)
from penstock.transport.smpp import commands

SCHEMES: Final = ("smpp", "smpps")
CONNECTIONS_LIMIT: Final = 100
WINDOW_LIMIT: Final = 10_000
BINDS: Final = ("transceiver", "transmitter")
LONGS: Final = ("udh", "sar", "payload")
IDS: Final = ("as-is", "hex-decimal", "decimal-hex")
CHARSETS: Final = ("gsm", "latin1", "utf-8")
VALIDITIES: Final = ("relative", "absolute", "none")
_LENGTHS: Final = (("system id", 15), ("password", 64), ("system type", 12))
"""Octets that fit (§5.2.1–5.2.3); many centres take longer passwords than the 8 of the standard."""

Bind = Literal["transceiver", "transmitter"]
Long = Literal["udh", "sar", "payload"]


def _octet(value: str) -> int:
    if not value.isdecimal() or int(value) > 255:
        raise ValueError("it has to be a number from 0 to 255")
    return int(value)


def _at_most(limit: int) -> Read:
    def read(value: str) -> int:
        if (found := count(value)) > limit:
            raise ValueError(f"it may be {limit} at most")
        return found

    return read


def _statuses(value: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(each, 0) for each in value.split(",")}))
    except ValueError:
        raise ValueError("it has to be statuses like 0x401, with commas between them") from None
    if not all(0 < each <= 0xFFFFFFFF for each in found) or len(found) > 100:
        raise ValueError("a status is a number from 1 on, and there may be 100 of them")
    return found


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it has to be a time zone like Europe/Paris") from None


_READERS: Final[dict[str, Read]] = {
    "bind": choice(BINDS, str.lower), "connections": _at_most(CONNECTIONS_LIMIT), "window": _at_most(WINDOW_LIMIT),
    "verify": yes_no, "cafile": path, "system_type": word, "service_type": word, "source_ton": _octet, "source_npi": _octet,
    "dest_ton": _octet, "dest_npi": _octet, "long": choice(LONGS, str.lower), "id": choice(IDS, str.lower), "receipts": yes_no,
    "query": yes_no, "ear": yes_no, "charset": choice(CHARSETS, str.lower), "validity": choice(VALIDITIES, str.lower),
    "enquire": _at_most(3600), "answer": _at_most(3600), "permanent": _statuses,
    "zone": _zone, "private": yes_no,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Centre:
    """One centre and the terms on which to talk to it. Shows its password to nobody."""

    channel: ClassVar[str] = "sms"

    host: str
    port: int = 2775
    system_id: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    verify: bool = True  # the certificate and the name in it
    cafile: str = ""  # certificates trusted instead of the system's
    bind: Bind = "transceiver"  # transmitter: what comes in is heard by a receiver apart (the ear)
    connections: int = 1  # binds of each sender and mailing
    window: int = 10  # submits without an answer on each
    system_type: str = ""
    service_type: str = ""
    source_ton: int | None = None  # None: by the sender (see `source`)
    source_npi: int | None = None
    dest_ton: int = 1  # international (§5.2.5)
    dest_npi: int = 1  # E.164 (§5.2.6)
    long: Long = "udh"  # how the parts of a long message are held together
    id: str = "as-is"  # hex-decimal: the ids are hexadecimal in responses and decimal in receipts
    receipts: bool = True  # asked for
    query: bool = True  # the centre knows query_sm
    ear: bool = True  # one bind is held for what comes in while nothing is sent
    charset: str = "gsm"  # what the centre's default alphabet (data_coding 0) is
    validity: str = "relative"  # how the centre wants validity_period written
    enquire: int = 30  # seconds of silence after which the link is asked for
    answer: int = 60  # seconds to wait for a response
    zone: str = ""  # of the dates in receipts; "": they are not read, as nothing says what they mean
    private: bool = False  # it may be in a private network: said on the command line only
    permanent: tuple[int, ...] = ()  # statuses of the operator's own that refuse a number for good

    @classmethod
    def from_url(cls, url: str, password: str | None = None) -> Centre:
        """Read `url`; `password` replaces the one in it (they are stored apart). Raises ServerURLError."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise ServerURLError(f"the centre's URL cannot be read: {error}") from None
        if parts.scheme not in SCHEMES:
            raise ServerURLError(f"the centre's URL begins with {parts.scheme}://; use smpp:// or smpps://")
        if not host:
            raise ServerURLError("the centre's URL names no host; write smpp://SYSTEM_ID:PASSWORD@HOST:PORT")
        if port == 0:
            raise ServerURLError("the centre's URL names port 0; ports are 1 to 65535")
        if parts.path not in ("", "/") or parts.fragment:
            raise ServerURLError(
                "the centre's URL has a path; a centre is smpp://SYSTEM_ID:PASSWORD@HOST:PORT?OPTIONS"
            )
        found = options(parts.query, _READERS)
        tls = parts.scheme == "smpps"
        secret = unquote(parts.password or "") if password is None else password
        made = cls(
            host_of(host, parts.netloc.rpartition("@")[2]), port or (3550 if tls else 2775), unquote(parts.username or ""), secret, tls
        )  # fmt: skip
        made = replace(made, **found)  # type: ignore[arg-type]
        made._check()
        return made

    def _check(self) -> None:
        values = (self.system_id, self.password, self.system_type)
        if UNSAFE & set("".join(values)):
            raise ServerURLError(
                "system id or password contain a control character; perhaps a line end was copied along"
            )
        for (name, length), value in zip(_LENGTHS, values, strict=True):
            if len(value) > length:
                raise ServerURLError(f"the {name} has {len(value)} characters; SMPP has room for {length}")
            if not value.isascii():
                raise ServerURLError(
                    f"the {name} has characters outside of ASCII, which SMPP has no room for"
                )
        address = literal(self.host)
        if address is not None and not self.inward and not is_public(address):
            raise ServerURLError(
                f"{self.host} is in a private network; say so with private=yes, on the command line"
            )
        if not self.system_id:
            raise ServerURLError(
                "the centre's URL names no system id; write smpp://SYSTEM_ID:PASSWORD@HOST:PORT"
            )

    @property
    def url(self) -> str:
        """The URL without the password: `from_url(centre.url, centre.password) == centre`."""
        shown = []
        for each in fields(self)[5:]:
            value = getattr(self, each.name)
            if value != each.default:
                shown.append((each.name, _written(value)))
        query = f"?{urlencode(shown)}" if shown else ""
        return f"smpp{'s' * self.tls}://{quote(self.system_id, safe='')}@{self}{query}"

    @property
    def keeper(self) -> Centre:
        """What says who sees the password, and who may listen: all else may change while it stays."""
        return Centre(self.host, self.port, self.system_id, self.password, self.tls, self.verify, self.cafile)

    @property
    def room(self) -> int:
        """Messages that may be on the wire at a time."""
        return self.connections * self.window

    @property
    def loopback(self) -> bool:
        """It is on this machine, as far as the name tells."""
        return is_loopback(self.host)

    @property
    def inward(self) -> bool:
        """It may be on this machine or in a private network: to be named by who has the machine, not by who has an account."""
        return self.private or self.loopback

    @property
    def clock(self) -> tzinfo | None:
        """The zone of the dates in receipts."""
        return ZoneInfo(self.zone) if self.zone else None

    @property
    def binding(self) -> int:
        """The command that binds for sending."""
        return commands.BIND_TRANSCEIVER if self.bind == "transceiver" else commands.BIND_TRANSMITTER

    @property
    def hearing(self) -> int:
        """The command that binds for what comes in."""
        return commands.BIND_TRANSCEIVER if self.bind == "transceiver" else commands.BIND_RECEIVER

    def source(self, sender: str) -> tuple[int, int, str]:
        """Return type of number, numbering plan and address (§5.2.5–7) of a sender: a name, a short code, a number in E.164."""
        if not sender.lstrip("+").isdecimal():
            ton, npi, address = 5, 0, sender  # alphanumeric
        elif sender.startswith("+"):
            ton, npi, address = 1, 1, sender[1:]  # international
        else:
            ton, npi, address = 3, 0, sender  # network specific
        return (
            ton if self.source_ton is None else self.source_ton,
            npi if self.source_npi is None else self.source_npi,
            address,
        )

    def id_of(self, written: str, *, receipt: bool) -> str:
        """Return a message id as it is kept, the same for the response that gave it and the receipts that tell of it."""
        written = written.strip()
        decimal = (self.id == "hex-decimal") is receipt
        if self.id == "as-is":
            return written
        try:
            return f"{int(written, 10 if decimal else 16):x}"
        except ValueError:
            return written

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host  # RFC 3986 §3.2.2
        return f"{host}:{self.port}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return ("no", "yes")[value]
    if isinstance(value, tuple):
        return ",".join(f"0x{each:x}" for each in value)
    return str(value)
