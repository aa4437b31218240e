"""The pages that stand where a tracked link or picture leads nowhere; `web.following` answers all others."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from penstock.web.pages import page
from penstock.web.views import unknown

ANSWER: Final = "penstock.answer"
"""The name in the ASGI scope of the page that is to be shown; without it the link is none of ours."""


@csrf_exempt  # a stranger's POST is no form of ours: 405, and no line in the log
@require_safe
def followed(request: HttpRequest, rest: str) -> HttpResponse:
    """Show that it leads nowhere: to nothing, to nothing any more, or not now."""
    name = getattr(request, "scope", {}).get(ANSWER, "unknown")
    if name == "gone":
        return page(request, "gone", HTTPStatus.GONE)
    if name == "later":
        response = page(request, "later", HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = "10"
        response._has_been_logged = True  # the writer has said why, once for all
        return response
    return unknown(request)
