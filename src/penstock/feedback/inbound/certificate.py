"""The listener's certificate (RFC 3207): read from PEM files, and again when they change, as who renews it cannot be asked to restart us."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from penstock.platform.trouble import Trouble

log = logging.getLogger(__name__)

_Stamp = tuple[tuple[int, ...], ...]


class CertificateError(Trouble):
    """The files cannot be used: which, why, and what to do."""


@dataclass
class Certificate:
    """A certificate with its chain, and its key, unencrypted. Raises CertificateError when they cannot be used at the beginning."""

    chain: Path
    key: Path
    until: datetime = field(init=False)
    """When the one in use ends."""

    def __post_init__(self) -> None:
        self._stamp = self._looked()
        self._context, self.until = self._read()

    def context(self) -> ssl.SSLContext:
        """Return what TLS begins with, of the files as they are now; of those before while the new ones cannot be used."""
        stamp = self._looked()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._context, self.until = self._read()
                log.warning(
                    "the certificate was renewed: it holds until %s", f"{self.until:%Y-%m-%d %H:%M} UTC"
                )
            except CertificateError as error:  # one file of the two may be written, and the other not yet
                log.error("%s %s Until then the one before is used.", error.what, error.cure)
        return self._context

    def _looked(self) -> _Stamp:
        """What changes when a file is written, replaced, or read from elsewhere (a link)."""
        return tuple(_stamp(path) for path in (self.chain, self.key))

    def _read(self) -> tuple[ssl.SSLContext, datetime]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.chain, self.key, password=_refuse)
            return context, _end(self.chain.read_bytes())
        except (OSError, ValueError) as error:
            raise CertificateError(*self._words(error)) from None

    def _words(self, error: Exception) -> tuple[str, str]:
        """What is wrong, and the cure. OpenSSL says of a file that it cannot read no more than that."""
        for path in (self.chain, self.key):
            try:
                path.open("rb").close()
            except OSError as why:
                what = f"{path} cannot be read: {why.strerror}."
                return what, "Name a file that the listener's user may read; copy it when it is renewed."
        what = f"{self.chain} and {self.key} cannot be used for TLS: {_reason(error)}."
        return (
            what,
            "Both have to be PEM: the certificate with its chain, and the key that belongs to it, unencrypted.",
        )


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        return (error.errno or 0,)
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _refuse() -> str:
    raise ValueError("the key is encrypted")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "they hold no certificate").replace("_", " ").lower()
    return str(error)


def _end(chain: bytes) -> datetime:
    """When the first certificate of a chain ends."""
    from cryptography import x509  # with the listener that has one

    return x509.load_pem_x509_certificate(chain).not_valid_after_utc.astimezone(UTC)
