"""TLS as a server's terms ask for it."""

from __future__ import annotations

import functools
import ssl

from penstock.transport.smtp.server import Server


class AuthoritiesUnreadable(OSError):
    """The file of trusted certificates cannot be used; the message says which and why."""


def context_for(server: Server) -> ssl.SSLContext:
    """The TLS context for `server`, made once for each set of terms; raises AuthoritiesUnreadable.

    Certificate and name are verified, except under `verify=no` and for opportunistic TLS, where the alternative would
    be clear text (RFC 7435).
    """
    return context(server.cafile, server.verify and server.tls != "opportunistic")


@functools.lru_cache(maxsize=32)
def context(cafile: str, verified: bool) -> ssl.SSLContext:
    """The TLS context that trusts the authorities of `cafile` ("": the system's); raises AuthoritiesUnreadable."""
    try:
        made = ssl.create_default_context(cafile=cafile or None)
    except OSError as error:  # ssl.SSLError, for a file without a certificate, is one
        why = (
            "there is no certificate in it"
            if isinstance(error, ssl.SSLError)
            else (error.strerror or "").lower()
        )
        raise AuthoritiesUnreadable(
            f"the file of trusted certificates {cafile} cannot be read ({why})"
        ) from None
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verified:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
