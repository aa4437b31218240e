"""What a try of a server's terms found out, step by step, in words: nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from penstock.transport.reply import sanitise

SOON: Final = 14
"""Days before a certificate's end from which on it is worth a word."""


@dataclass(frozen=True)
class Step:
    """One step: what was done, whether it went well, what was found, how long it took, and what to do when it went wrong."""

    name: str
    ok: bool
    text: str
    seconds: float
    cure: str = ""


@dataclass(frozen=True)
class Certificate:
    """Whom a certificate names, who vouches for it, and until when."""

    names: list[str]
    issuer: str
    not_after: datetime
    verified: bool

    @property
    def words(self) -> str:
        """In a line: name, end, and what is wrong with it."""
        days = (self.not_after - datetime.now(UTC)).days
        until = f"until {self.not_after:%Y-%m-%d}"
        if days < 0:
            until = f"ended on {self.not_after:%Y-%m-%d}"
        elif days < SOON:
            until += f" ({days} days more)"
        trust = "" if self.verified else ", not verified"
        return f"certificate of {', '.join(self.names[:3]) or 'nobody'}, {until}{trust}"


@dataclass
class Diagnosis:
    """All that was found out of one server. `offers`: the extensions, and the largest message in bytes (0: no limit named)."""

    server: str
    steps: list[Step] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    size: int | None = None
    certificate: Certificate | None = None

    @property
    def ok(self) -> bool:
        """Every step went well."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    @property
    def summary(self) -> str:
        """In one line: `connected, TLS 1.3, AUTH refused: 535 5.7.8 …`."""
        return ", ".join(
            step.text for step in self.steps if step.name in ("connect", "tls", "auth", "key") or not step.ok
        )

    def add(self, name: str, text: str, seconds: float) -> None:
        """A step went well."""
        self.steps.append(Step(name, True, text, round(seconds, 4)))

    def fail(self, name: str, text: str, seconds: float, cure: str) -> None:
        """A step went wrong; there is no next one, unless it can be done without."""
        self.steps.append(Step(name, False, text, round(seconds, 4), cure))


def certificate(der: bytes | None, *, verified: bool) -> Certificate | None:
    """Read a peer's certificate; None for one that cannot be read."""
    if not der:
        return None
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(_names(found), _common(found.issuer), found.not_valid_after_utc, verified)
    except ValueError:
        return None


def _names(found: x509.Certificate) -> list[str]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [*extension.get_values_for_type(x509.DNSName)]
        names += [str(address) for address in extension.get_values_for_type(x509.IPAddress)]
    except x509.ExtensionNotFound:
        names = [_common(found.subject)]
    return [sanitise(name) for name in names if name]


def _common(name: x509.Name) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(kind):
            return sanitise(str(found[0].value))
    return ""
