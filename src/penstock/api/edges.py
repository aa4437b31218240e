"""The edges of the API: what Django and the server answer on their own under `/api/` becomes a problem document there."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from penstock.api import problems

PREFIX = "/api/"
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
"""Headers that say more than the words, taken over from the answer that is replaced."""

Answer = Callable[[HttpRequest], HttpResponseBase]


def edges(answer: Answer) -> Answer:
    """Middleware: HEAD is answered as GET without its body (the server leaves it out); every error is a problem document."""

    def told(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return answer(request)
        if request.method == "HEAD":
            request.method = "GET"
        found = answer(request)
        if found.status_code < 400 or found.headers.get("Content-Type") == problems.MEDIA_TYPE:
            return found
        kept = {name: found.headers[name] for name in KEPT if name in found.headers}
        if "Allow" in kept:
            kept["Allow"] = ", ".join(sorted(_with_head(kept["Allow"])))
        return problems.response(problems.of_status(found.status_code, headers=kept))

    return told


def _with_head(allow: str) -> set[str]:
    methods = {method.strip() for method in allow.split(",")}
    return methods | {"HEAD"} if "GET" in methods else methods
