"""`/hooks/<transport>/<secret>`: where providers tell what became of messages. The secret in the address says whose word it is."""

import json
import re
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from penstock.account.secrets import SecretError
from penstock.feedback.hooks import acting, keeping, reading
from penstock.feedback.hooks.keeping import Hook
from penstock.platform.asgi import LARGEST_BODY, Bound
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble

LARGEST: Final = 8 << 20
"""Bytes of a request; providers that send in batches stay under 5 MB."""
LONGEST_SECRET: Final = 100
_PATH: Final = re.compile(r"/hooks/([1-9]\d{0,8})/([A-Za-z0-9_-]{20,100})")


@method_decorator(csrf_exempt, name="dispatch")  # the secret is the authority; providers have no session
class Provider(View):
    """One webhook. 200 once all of it is done, 403 what is not signed as it should be, 404 for addresses that are none."""

    def get(self, request: HttpRequest, transport: int, secret: str) -> HttpResponse:
        """Some providers look whether there is somebody before they keep the address."""
        hook = _hook(transport, secret)
        return _says(HTTPStatus.OK, "This takes what a provider tells.") if hook else _nothing()

    def post(self, request: HttpRequest, transport: int, secret: str) -> HttpResponse:
        try:
            hook = _hook(transport, secret)
            return _nothing() if hook is None else _taken(hook, request, secret)
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
            done = acting.act(conn, hook, reading.read(hook.provider, request, key, url))
        except reading.Forged as error:
            acting.refuse(conn, hook, str(error), body, "forged")
            return _says(HTTPStatus.FORBIDDEN, str(error))
        except reading.Unreadable as error:
            acting.refuse(conn, hook, str(error), body, "unreadable")
            return _says(HTTPStatus.BAD_REQUEST, str(error))
    return JsonResponse(dict(done))


def _hook(transport: int, secret: str) -> Hook | None:
    if len(secret) > LONGEST_SECRET or transport > 2**31 - 1:
        return None
    with connection() as conn:
        return keeping.by_secret(conn, transport, secret)


def _nothing() -> HttpResponse:
    return _says(HTTPStatus.NOT_FOUND, "There is nothing here.")


def _later(words: str) -> HttpResponse:
    response = _says(HTTPStatus.SERVICE_UNAVAILABLE, words)
    response.headers["Retry-After"] = "60"
    return response


def _says(status: HTTPStatus, words: str) -> HttpResponse:
    return JsonResponse({"said": words}, status=status)


async def bound(scope: MutableMapping[str, Any]) -> Bound | None:
    """Return how much a request may bring: little, unless its address is one that was given to a provider."""
    if not scope["path"].startswith("/hooks/"):
        return None
    found = _PATH.fullmatch(scope["path"])
    known = found is not None and await sync_to_async(_known, thread_sensitive=False)(int(found[1]), found[2])
    most = LARGEST if known else LARGEST_BODY
    words = json.dumps({"said": f"This is larger than the {most:,} bytes that are taken here."})
    return Bound(most, words.encode(), b"application/json")


def _known(transport: int, secret: str) -> bool:
    try:
        return _hook(transport, secret) is not None
    except Trouble:
        return False
