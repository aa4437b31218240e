"""Try a gateway: look up, connect, TLS, and the key, where there is something to ask that sends nothing."""

from __future__ import annotations

import time

from penstock.transport.diagnosis import Diagnosis
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.profile import checking
from penstock.transport.gateway.request import Request
from penstock.transport.gateway.session import Session, words_of


async def diagnose(gateway: Gateway) -> Diagnosis:
    """Find out whether `gateway` can be reached and takes the key. Never raises for what it does."""
    found, session = Diagnosis(str(gateway)), Session(gateway)
    try:
        await _try(found, session, gateway)
    finally:
        await session.close()
    return found


async def _try(found: Diagnosis, session: Session, gateway: Gateway) -> None:
    import aiohttp

    asked, begun = checking(gateway), time.monotonic()
    try:
        # HEAD of / sends nothing wherever it is, and says that somebody answers.
        answer = await session.request(asked or Request("HEAD", "/", {}))
    except aiohttp.ClientConnectorCertificateError as error:
        found.fail("tls", f"certificate not trusted ({words_of(error)})", time.monotonic() - begun,
                   "The gateway has to show a certificate that this machine trusts, for this name.")  # fmt: skip
        return
    except (aiohttp.ClientResponseError, aiohttp.ServerDisconnectedError, ValueError):
        found.fail("answer", f"connected to {gateway}, which does not answer as a web server does", time.monotonic() - begun,
                   "Check host and port.")  # fmt: skip
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        found.fail("connect", f"cannot connect to {gateway} ({words_of(error)})", time.monotonic() - begun,
                   "Check the host, and that this machine may open connections there (HTTPS, port 443), and its DNS.")  # fmt: skip
        return
    seconds = time.monotonic() - begun
    tls = ", TLS" if gateway.base.startswith("https") else ""
    found.add("connect", f"connected to {gateway}{tls}", seconds)
    if asked is None:
        found.add(
            "key",
            "whether the key is right is said to a message only: send a test, or name a path with check=",
            0.0,
        )
    elif answer.status in (401, 403):
        found.fail(
            "key",
            f"key refused: HTTP {answer.status}",
            seconds,
            "Enter the key again, as the gateway shows it.",
        )
    elif 200 <= answer.status < 300:
        found.add("key", "key accepted", seconds)
    else:
        found.fail("key", f"{asked.path} answered HTTP {answer.status}", seconds,
                   "The path that check= names has to answer 2xx to the right key.")  # fmt: skip
