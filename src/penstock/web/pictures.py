"""`/p/<key>.<kind>`: the pictures that messages show, to whoever knows the address."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views import View

from penstock.content.pictures import storing
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.web.views import unknown

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",  # under its key a picture never changes
    "Content-Security-Policy": "default-src 'none'; sandbox",  # opened by itself it is a picture, and runs nothing
    "Cross-Origin-Resource-Policy": "cross-origin",  # webmail shows it on pages of its own
    "X-Content-Type-Options": "nosniff",
}


class Picture(View):
    """One picture."""

    def get(self, request: HttpRequest, file: str) -> HttpResponseBase:
        try:
            with connection() as conn:
                found = storing.served(conn, file)
        except Trouble:
            headers = {"Retry-After": "60", "Cache-Control": "no-store"}
            return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
        if found is None:
            return unknown(request)
        etag = quote_etag(found.digest.hex())
        response = HttpResponse(found.data, content_type=found.media_type, headers={**_HEADERS, "ETag": etag})
        return get_conditional_response(request, etag=etag, response=response) or response
