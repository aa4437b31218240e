"""TLS as a server's terms ask for it."""

from __future__ import annotations

import functools
import ssl

from penstock.transport.smtp.server import Server


def context_for(server: Server) -> ssl.SSLContext:
    """The TLS context for `server`, made once for each set of terms; raises OSError for an unreadable `cafile`.

    Certificate and name are verified, except under `verify=no` and for opportunistic TLS, where the alternative would
    be clear text (RFC 7435).
    """
    return _context(server.cafile, server.verify and server.tls != "opportunistic")


@functools.lru_cache(maxsize=32)
def _context(cafile: str, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=cafile or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
