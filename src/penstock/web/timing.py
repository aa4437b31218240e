"""How long requests take, by method, route and status: kept in this process, shown by /metrics."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Histogram

SECONDS = Histogram(
    "penstock_http_request_seconds",
    "Seconds from the request to the beginning of its answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def timed(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: measures every request. The route is the pattern, never the path, so that strangers cannot make up labels."""

    def measured(request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = answer(request)
        matched = getattr(request, "resolver_match", None)
        route = f"/{matched.route}" if matched else "none"
        method = request.method if request.method in _METHODS else "other"
        SECONDS.labels(method, route, str(response.status_code)).observe(time.perf_counter() - begun)
        return response

    return measured
