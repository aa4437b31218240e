"""The addresses under `/api`."""

import json
from functools import cache
from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja.responses import NinjaJSONEncoder

from penstock.api.app import api


@cache
def document() -> bytes:
    """Return the OpenAPI document; it does not change while the process runs."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), cls=NinjaJSONEncoder).encode()


def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document; it is the same for everybody, so nobody has to say who they are."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    return HttpResponse(document(), content_type="application/json")


@csrf_exempt
def nothing(request: HttpRequest) -> NoReturn:
    """Every other address: the edges make a problem of it."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", csrf_exempt(openapi)),
    path("v1/", api.urls),
    re_path(r"", nothing),
]
