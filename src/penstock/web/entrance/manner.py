"""Pages in the language and the time zone of who reads them, and cookies that can be read."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

Answer = Callable[[HttpRequest], HttpResponseBase]


def legible(answer: Answer) -> Answer:
    """Middleware before sessions: a key with a zero byte is nobody's. The database would refuse to look for it."""

    def told(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return answer(request)

    return told


def native(answer: Answer) -> Answer:
    """Middleware behind authentication: the person's choice of language and their zone, for this request.

    Strangers, and who chose no language, get what the browser asks for (LocaleMiddleware). Without a session nobody is looked up:
    most requests are programs' and recipients'.
    """

    def told(request: HttpRequest) -> HttpResponseBase:
        person: Any = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if person is None or not person.is_authenticated:
            return answer(request)
        if person.language:
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        with timezone.override(ZoneInfo(person.zone)):
            return answer(request)

    return told
