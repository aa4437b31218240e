"""One HTTP request to a stranger: its address judged, its time and size bounded, no redirect followed, no proxy asked."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

import penstock
from penstock.notices.address import AddressRefused, check, judge
from penstock.transport.reply import sanitise

SECONDS = 15.0
"""From looking up the name to the end of the answer, all in all."""
CONNECT = 5.0
LARGEST_ANSWER = 16_384
"""Bytes that are read of an answer; a longer one is cut off, which changes nothing about its status."""
KEPT = 1_000
"""Characters of an answer that the delivery log keeps."""


@dataclass(frozen=True)
class Answered:
    """What became of a request. `status` None: there was no answer, and `error` says why. `retry_after`: seconds asked for."""

    status: int | None
    seconds: float
    error: str = ""
    response: str = ""
    retry_after: float | None = None

    @property
    def success(self) -> bool:
        """Any 2xx; a redirect is none, for it is not followed."""
        return self.status is not None and 200 <= self.status < 300


def private_allowed() -> bool:
    """Whether PENSTOCK_WEBHOOKS_PRIVATE allows http and addresses in private networks."""
    return os.environ.get("PENSTOCK_WEBHOOKS_PRIVATE", "").strip().lower() in ("1", "yes", "true", "on")


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answered:
    """Send `body` (JSON) to `url`; never raises for what the other side does. Takes `seconds` at most."""
    begun = time.monotonic()
    try:
        return asyncio.run(_within(seconds, url, body, headers, begun))
    except AddressRefused as error:
        cause = str(error)
    except TimeoutError:
        cause = f"no answer within {seconds:.0f} s"
    except httpx.HTTPError as error:
        cause = _words(error)
    except (
        OSError,
        ValueError,
        httpx.InvalidURL,
    ) as error:  # a name that cannot be looked up, or that is none
        cause = f"{type(error).__name__}: {error}"
    return Answered(None, time.monotonic() - begun, sanitise(cause))


async def _within(
    seconds: float, url: str, body: bytes, headers: Mapping[str, str], begun: float
) -> Answered:
    async with asyncio.timeout(seconds):
        return await _post(url, body, headers, begun)


async def _post(url: str, body: bytes, headers: Mapping[str, str], begun: float) -> Answered:
    private = private_allowed()
    target = httpx.URL(check(url, private=private))
    found = await look_up(target)
    address = judge(target.host, found, private=private)
    more = {"Content-Type": "application/json", **headers}
    response, text = await exchange("POST", target, address, body, more)
    took = time.monotonic() - begun
    wish = _retry_after(response.headers.get("retry-after"))
    error = "" if 200 <= response.status_code < 300 else f"answered {response.status_code}"
    if response.is_redirect:
        error += ", a redirect, which is not followed: give the webhook its final address"
    return Answered(response.status_code, took, error, text, wish)


async def exchange(
    method: str, target: httpx.URL, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[httpx.Response, str]:
    """Make one request of `address`, the very one that was judged; return the answer and its beginning.

    The name stays in Host and in the certificate. Redirects are not followed, no proxy is asked.
    """
    request = httpx.Request(
        method,
        target.copy_with(host=address),
        content=body or None,
        headers={
            "Host": target.netloc.decode("ascii"), "Accept": "*/*", "User-Agent": f"Penstock/{penstock.__version__}",
            "Connection": "close", **(headers or {}),
        },
        extensions={"sni_hostname": target.raw_host.decode("ascii"), "timeout": httpx.Timeout(SECONDS, connect=CONNECT).as_dict()},
    )  # fmt: skip
    async with httpx.AsyncHTTPTransport(verify=_authorities(), trust_env=False, retries=0) as transport:
        response = await transport.handle_async_request(request)
        try:
            return response, await _beginning(response)
        finally:
            await response.aclose()


@cache
def _authorities() -> ssl.SSLContext:
    """The system's certificates, as for mail; SSL_CERT_FILE names others."""
    return ssl.create_default_context()


async def look_up(url: httpx.URL) -> list[str]:
    """Return the addresses of a URL's host. Raises OSError."""
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.raw_host.decode("ascii").strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _beginning(response: httpx.Response) -> str:
    """Read as much of the answer as is kept, in the encoding it came in: nothing is decompressed."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= LARGEST_ANSWER:
            break
    return sanitise(read[:LARGEST_ANSWER])[:KEPT]


def _retry_after(given: str | None) -> float | None:
    """Seconds, from a number or a date (RFC 9110 §10.2.3); None for what is neither."""
    if not given:
        return None
    if given.strip().isdecimal():
        return float(given.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _words(error: httpx.HTTPError) -> str:
    said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
