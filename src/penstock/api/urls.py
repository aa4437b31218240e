"""The addresses under `/api/v1`."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from penstock.api.app import api


@csrf_exempt
def nothing(request: HttpRequest) -> NoReturn:
    """Every other address: the edges make a problem of it."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [path("v1/", api.urls), re_path(r"", nothing)]
