"""Try a provider's API: look up, connect, TLS, and the key, where there is something to ask that sends nothing."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Final
from urllib.parse import urljoin, urlsplit

from penstock.transport.diagnosis import Diagnosis, certificate
from penstock.transport.provider.known import KNOWN
from penstock.transport.provider.line import backend_of
from penstock.transport.provider.provider import Provider
from penstock.transport.reply import sanitise

PATIENCE: Final = 10.0
"""Seconds for each step."""


def diagnose(provider: Provider) -> Diagnosis:
    """Find out whether `provider` can be reached and takes the key. Blocks; never raises for what the provider does."""
    found = Diagnosis(str(provider))
    try:
        base = str(backend_of(provider).api_url)
    except Exception as error:  # whatever anymail or Django say of the settings
        found.fail("settings", sanitise(str(error)), 0.0, "Check the options of the transport's URL.")
        return found
    parts = urlsplit(base)
    if _connect(
        found, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), parts.scheme
    ):
        _ask(found, provider, base)
    return found


def _connect(found: Diagnosis, host: str, port: int, scheme: str) -> bool:
    begun, name = time.monotonic(), "connect"
    try:
        with socket.create_connection((host, port), PATIENCE) as sock:
            found.add("connect", f"connected to {host}:{port}", time.monotonic() - begun)
            if scheme == "https":
                begun, name = time.monotonic(), "tls"
                with ssl.create_default_context().wrap_socket(sock, server_hostname=host) as wire:
                    found.certificate = certificate(wire.getpeercert(binary_form=True), verified=True)
                    version = (wire.version() or "TLS").replace("TLSv", "TLS ")
                words = f"; {found.certificate.words}" if found.certificate else ""
                found.add("tls", version + words, time.monotonic() - begun)
    except OSError as error:
        cure = "Check that this machine may open connections to the internet (HTTPS, port 443), and its DNS."
        found.fail(name, f"cannot connect to {host}:{port} ({_words(error)})", time.monotonic() - begun, cure)
        return False
    return True


def _ask(found: Diagnosis, provider: Provider, base: str) -> None:
    """Show the key where that can be done without sending anything."""
    import requests

    api, begun = KNOWN[provider.name], time.monotonic()
    if not api.check:
        found.add("key", f"{api.title} says only to a message whether the key is right: send a test", 0.0)
        return
    name, _, value = api.key_field.format(key=provider.password).partition(": ")
    try:
        answer = requests.get(
            urljoin(base if base.endswith("/") else f"{base}/", api.check), timeout=PATIENCE, allow_redirects=False,
            headers={name: value, "Accept": "application/json"},
        )  # fmt: skip
    except (requests.RequestException, UnicodeError) as error:
        found.fail("key", f"no answer from {api.title} ({type(error).__name__})", time.monotonic() - begun,
                   "This may pass: try again in some minutes.")  # fmt: skip
        return
    seconds = time.monotonic() - begun
    if answer.ok:
        found.add("key", "key accepted", seconds)
    elif answer.status_code in (401, 403):
        found.fail("key", f"key refused: HTTP {answer.status_code}", seconds,
                   f"Make a key for sending in {api.title}'s settings, and give it anew.")  # fmt: skip
    else:
        found.add(
            "key",
            f"{api.title} answered HTTP {answer.status_code}: send a test to see whether the key is right",
            seconds,
        )


def _words(error: OSError) -> str:
    return sanitise(error.strerror or str(error) or type(error).__name__).lower()
