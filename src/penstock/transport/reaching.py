"""The way to a server: TCP, TLS where it is spoken from the first byte, and what fails on the way in words."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final, TypeVar

from penstock.transport.reply import Trouble
from penstock.transport.smtp.connect import connect
from penstock.transport.smtp.failures import Named, connect_failure, tls_failure

P = TypeVar("P", bound=asyncio.Protocol)
NOWHERE: Final = ("::", 0)


def other_end(transport: asyncio.BaseTransport) -> tuple[str, int]:
    """Return the address and the port that are at the other end; NOWHERE where it hung up before we looked, and the loss is told next."""
    address, port = (transport.get_extra_info("peername") or NOWHERE)[:2]
    return address, port


async def reach(
    server: Named, make: Callable[[], P], tls: Callable[[], ssl.SSLContext] | None,
    *, seconds: float, handshake: float, public: bool = False,
) -> P | Trouble:  # fmt: skip
    """Connect to `server`; the connection belongs to what `make` makes. A failure is returned.

    `tls` gives the context, None where no TLS is spoken at first. `seconds` for TCP, `handshake` for TLS. `public`: to an address of the
    open internet only.
    """
    try:
        async with asyncio.timeout(seconds):
            sock = await connect(server.host, server.port, public=public)
    except (OSError, UnicodeError) as error:
        return connect_failure(error, server)
    try:
        context = tls() if tls else None
        _, made = await asyncio.get_running_loop().create_connection(
            make,
            sock=sock,
            ssl=context,
            server_hostname=server.host if context else None,
            ssl_handshake_timeout=handshake if context else None,
        )
    except OSError as error:
        sock.close()
        return tls_failure(error, server) if tls else connect_failure(error, server)
    except asyncio.CancelledError:
        sock.close()
        raise
    return made
