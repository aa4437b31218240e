"""/metrics for Prometheus: for who shows the token, or asks from this machine while no public address is set."""

import hmac
import ipaddress
import os
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from penstock.account import access, tokens
from penstock.platform import database
from penstock.platform.environment import base_url_is_public
from penstock.platform.trouble import Trouble
from penstock.report import metrics
from penstock.web import following

FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
"""Fields by which a proxy tells that it stands between: then loopback is the proxy's address and not the asker's."""


def exposed(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answers /metrics under any Host, so that Prometheus may ask by address."""

    def asked(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/metrics":
            return answer(request)
        return _refusal(request) or HttpResponse(_shown(), content_type=CONTENT_TYPE_LATEST)

    return asked


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """None for who may see the metrics. A wrong token is refused also on this machine."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None if _is_local(request) else _say(401, "Give a token: Authorization: Bearer …")
    if scheme.lower() != "bearer" or not token.strip():
        return _say(401, "Give a token: Authorization: Bearer …")
    return _refusal_of(token.strip())


def _refusal_of(token: str) -> HttpResponse | None:
    own = os.environ.get("PENSTOCK_METRICS_TOKEN", "").strip()
    if own and hmac.compare_digest(own.encode(), token.encode()):
        return None
    try:
        with database.connect(name="penstock metrics") as conn:
            found = tokens.bearer(conn, token)
    except Trouble:
        return _say(503, "The database does not answer, so the token cannot be looked up.")
    if found is None:
        return _say(401, "This token is not in force.")
    if not access.allows(found.actor, "metrics:read"):
        return _say(403, "This token has not the scope metrics:read.")
    return None


def _is_local(request: HttpRequest) -> bool:
    """Whether it was asked on this machine, as far as can be told.

    With a public base URL a proxy stands before us, perhaps on this very machine and perhaps without saying so: then only a
    token opens.
    """
    if base_url_is_public() or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _say(status: int, text: str) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="penstock metrics"'
    return response


class _Installation(Collector):
    """The database's part, asked anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        yield metrics.build()
        yield from following.metrics()
        try:
            with database.connect(name="penstock metrics") as conn:
                found = list(metrics.collect(conn))
        except (
            Exception
        ):  # the rest is shown all the same: that the database is away is what one looks for then
            yield metrics.up(False)
            return
        yield metrics.up(True)
        yield from found


def _shown() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Installation())
    return generate_latest(REGISTRY) + generate_latest(registry)
