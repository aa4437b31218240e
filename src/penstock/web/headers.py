"""What every answer tells the browser: run nothing, load nothing, keep nothing; and health before anything else."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files

import psycopg
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from penstock.platform import database, migrate, warming
from penstock.platform.trouble import Trouble

Answer = Callable[[HttpRequest], HttpResponseBase]
LOADING = 10.0
"""Seconds that `/readyz` waits for a process that has just started."""


@cache
def stylesheet() -> str:
    """Return the style of the public pages; it stands in the page, so that no second request is needed."""
    return files("penstock.web").joinpath("plain.css").read_text("utf-8").strip()


@cache
def policy() -> str:
    """Return the Content-Security-Policy: this one stylesheet by its hash, forms to ourselves, nothing else."""
    known = b64encode(sha256(stylesheet().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{known}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


ROOM_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of the control room: files of our own, nothing inline, nothing from elsewhere."""


def in_room(response: HttpResponse) -> HttpResponse:
    """Give an answer the headers of a page of the control room; its forms say where they come from, to ourselves alone."""
    response.headers["Content-Security-Policy"] = ROOM_POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    return response


def strict(answer: Answer) -> Answer:
    """Middleware: headers for pages that strangers and scanners see."""

    def told(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return told


def health(answer: Answer) -> Answer:
    """Middleware: `/healthz` says that the process answers, `/readyz` that it has its pages loaded and that its database answers and
    has this version's tables; both under any Host."""

    def asked(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return _ready()
        return answer(request)

    return asked


def _ready() -> HttpResponse:
    if not warming.wait(LOADING):
        return HttpResponse("the pages are not loaded yet\n", status=503, content_type="text/plain")
    try:
        with database.connect(name="penstock readyz") as conn:
            if not migrate.is_current(conn):
                text = "the database has another version's tables: run penstock migrate, then start this process anew\n"
                return HttpResponse(text, status=503, content_type="text/plain")
    except (Trouble, psycopg.Error):
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
