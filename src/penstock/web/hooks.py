"""`/hooks/<transport>/<secret>`: where providers tell what became of messages. The secret in the address says whose word it is."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from typing import Final

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from penstock.account.secrets import SecretError
from penstock.feedback.hooks import acting, keeping, reading, short
from penstock.feedback.hooks.keeping import Hook
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.transport.gateway.telling import Untold
from penstock.transport.provider.hooks import SHORT

LONGEST_SECRET: Final = 100


class Turns:
    """So many requests of one webhook are worked on at a time, for each holds a connection to the database: who tells too much at once
    is to come again, and keeps nobody out."""

    AT_ONCE: Final = 4

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: Counter[int] = Counter()

    @contextmanager
    def turn(self, hook: int) -> Iterator[bool]:
        """Whether this one may be worked on now."""
        with self._lock:
            mine = self._under_way[hook] < self.AT_ONCE
            self._under_way[hook] += mine
        try:
            yield mine
        finally:
            with self._lock:
                self._under_way[hook] -= mine
                if not self._under_way[hook]:
                    del self._under_way[hook]


TURNS: Final = Turns()


@method_decorator(csrf_exempt, name="dispatch")  # the secret is the authority; providers have no session
class Provider(View):
    """One webhook. 200 once all of it is done, 503 what is to come again later, 403 what is not signed as it should be, 404 for addresses that are none."""

    def get(self, request: HttpRequest, transport: int, secret: str) -> HttpResponse:
        """Some providers look whether there is somebody before they keep the address."""
        hook = hook_at(transport, secret)
        return _says(HTTPStatus.OK, "This takes what a provider tells.") if hook else _nothing()

    def post(self, request: HttpRequest, transport: int, secret: str) -> HttpResponse:
        try:
            hook = hook_at(transport, secret)
            if hook is None:
                return _nothing()
            with TURNS.turn(hook.id) as mine:
                return (
                    _taken(hook, request, secret)
                    if mine
                    else _later("Too much is told at once; tell this again.", 5)
                )
        except (RequestDataTooBig, BadRequest, SuspiciousOperation, UnreadablePostError):
            return _says(HTTPStatus.BAD_REQUEST, "This is no request of a provider.")
        except SecretError:
            return _later("The key that verifies it cannot be read; enter it again.")
        except Trouble:
            return _later("This cannot be done at the moment.")


def _taken(hook: Hook, request: HttpRequest, secret: str) -> HttpResponse:
    body = request.body
    with connection() as conn:
        key, url = keeping.key_of(conn, hook), keeping.address(hook.transport, secret)
        try:
            if hook.provider in SHORT:
                heard = short.read(
                    keeping.gateways(conn, hook),
                    key,
                    request.headers,
                    url,
                    request.META["QUERY_STRING"],
                    body,
                )
                done = short.act(conn, hook, heard)
            else:
                done = acting.act(conn, hook, reading.read(hook.provider, request, key, url))
        except (reading.Forged, short.Forged) as error:
            acting.refuse(conn, hook, str(error), body, "forged")
            return _says(HTTPStatus.FORBIDDEN, str(error))
        except (reading.Unreadable, Untold) as error:
            acting.refuse(conn, hook, str(error), body, "unreadable")
            return _says(HTTPStatus.BAD_REQUEST, str(error))
    return JsonResponse(dict(done))


def hook_at(transport: int, secret: str) -> Hook | None:
    """Return the webhook at an address; None where there is none. Raises Trouble."""
    if len(secret) > LONGEST_SECRET or transport > 2**31 - 1:
        return None
    with connection() as conn:
        return keeping.by_secret(conn, transport, secret)


def _nothing() -> HttpResponse:
    return _says(HTTPStatus.NOT_FOUND, "There is nothing here.")


def _later(words: str, seconds: int = 60) -> HttpResponse:
    response = _says(HTTPStatus.SERVICE_UNAVAILABLE, words)
    response.headers["Retry-After"] = str(seconds)
    return response


def _says(status: HTTPStatus, words: str) -> HttpResponse:
    return JsonResponse({"said": words}, status=status)
