"""What goes wrong in a browser without anybody seeing it: errors in the console (what the CSP refuses stands there too), failed
scripts, requests to other hosts."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

MARKER = "__ran"
"""A global that hostile data tries to set; nothing else does."""


@dataclass
class Watch:
    """Looks at every page of the contexts it was given; `found` are the complaints. A test may `allow` what it provokes."""

    base: str
    found: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch this context from now on."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def allow(self, *parts: str) -> None:
        """Do not complain of what has one of these parts in it."""
        self.allowed += parts

    @property
    def complaints(self) -> list[str]:
        """What was found and is not allowed, each once."""
        return [each for each in dict.fromkeys(self.found) if not any(part in each for part in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        # Answers with a status of trouble are judged by what they answer (_response): a refused form is none.
        if not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.found.append(f"script error: {error.error}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.netloc != urlsplit(self.base).netloc:
            self.found.append(f"asks another host: {request.url} ({request.resource_type})")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (
            response.status >= 400 and kind in ("script", "stylesheet", "image", "font", "manifest")
        ):
            self.found.append(f"{response.status} for {kind} {response.url}")

    def _failed(self, request: Request) -> None:
        # Whoever leaves a page breaks off what it was still loading; and a stream ends with its page.
        if request.failure not in ("net::ERR_ABORTED", "net::ERR_NETWORK_CHANGED"):
            self.found.append(f"failed: {request.resource_type} {request.url}: {request.failure}")
