"""The API: its routers, who may ask, and how every error is answered."""

import logging
from importlib.metadata import version
from typing import Any

import psycopg
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from psycopg_pool import PoolTimeout

from penstock.account import access
from penstock.api import document, mailings, problems, refusals, reports, resources
from penstock.api.authentication import Token
from penstock.api.keeping import keeping
from penstock.api.problems import Problem
from penstock.api.reading import StrictParser
from penstock.content.limits import TooLarge
from penstock.mailing import control, drafting, repetition
from penstock.platform.trouble import Trouble

logger = logging.getLogger("penstock.api")


class Api(NinjaAPI):
    """NinjaAPI whose document says every answer, and whose answers carry the token's rate."""

    def get_openapi_schema(self, **given: Any) -> Any:
        """Return the OpenAPI document, finished."""
        return document.finish(super().get_openapi_schema(**given))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of an operation: that of its function, which clients call their methods by."""
        return str(operation.operation_id or operation.view_func.__name__)

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Return the answer that an endpoint may add headers to."""
        response = super().create_temporal_response(request)
        for name, value in request.META.get("penstock.rate", {}).items():
            response[name] = value
        return response


api = Api(
    title="Penstock",
    version=version("penstock"),
    description=document.ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=Token(),
    parser=StrictParser(),
)
api.add_decorator(keeping)
for prefix, router, tag in (*reports.ROUTERS, *mailings.ROUTERS, *resources.ROUTERS):
    api.add_router(prefix, router, tags=[tag])


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = problems.response(problem)
    for name, value in request.META.get("penstock.rate", {}).items():
        response.setdefault(name, value)
    return response


def _problem(request: HttpRequest, problem: Any) -> HttpResponse:
    return _answer(request, problem)


def _unknown(request: HttpRequest, error: Any) -> HttpResponse:
    headers = {"WWW-Authenticate": 'Bearer realm="Penstock"'}
    if request.headers.get("Authorization"):
        headers["WWW-Authenticate"] += ', error="invalid_token"'
    return _answer(request, problems.of_status(401, headers=headers))


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    """Ninja wraps whatever happens while a body is read."""
    if isinstance(error.__cause__, Problem):
        return _answer(request, error.__cause__)
    return _answer(request, problems.of_status(error.status_code))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, refusals.invalid(error.errors))


def _refused(request: HttpRequest, refused: Any) -> HttpResponse:
    return _answer(request, refusals.refused(refused))


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, Problem(404, "not_found", str(error) or problems.DETAILS[404]))


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, Problem(403, error.code, str(error), scope=error.scope))


def _draft(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [{"pointer": f"#/{fault.where}", "detail": fault.text} for fault in error.faults]
    return _answer(request, Problem(422, "invalid", str(error), errors=errors))


def _message(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [{"pointer": "#/message", "detail": str(problem)} for problem in error.problems]
    more = {"size": error.size, "limit": error.limit}
    return _answer(request, Problem(422, "message_too_large", str(error), errors=errors, **more))


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, problems.of_status(404))


def _reused(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, Problem(422, "key_reused", str(error)))


def _suspicious(request: HttpRequest, error: Any) -> HttpResponse:
    status = 413 if type(error).__name__ == "RequestDataTooBig" else 400
    return _answer(request, problems.of_status(status))


def _unavailable(request: HttpRequest, error: Any) -> HttpResponse:
    logger.warning("answered 503: %s", error)
    return _answer(request, problems.of_status(503, headers={"Retry-After": "5"}))


def _data(request: HttpRequest, error: Any) -> HttpResponse:
    """The database cannot hold a value: ours to have refused earlier, the client's to change."""
    logger.error(
        "a value reached the database that it cannot hold: %s %s",
        request.method,
        request.path,
        exc_info=error,
    )
    words = "A value in the request is out of the range that can be stored."
    return _answer(request, Problem(422, "invalid", words))


def _fault(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("a fault at %s %s", request.method, request.path, exc_info=error)
    return _answer(request, problems.of_status(500))


for kind, handler in {
    Problem: _problem,
    AuthenticationError: _unknown,
    HttpError: _http,
    ValidationError: _invalid,
    Http404: _missing,
    SuspiciousOperation: _suspicious,
    access.Forbidden: _forbidden,
    drafting.DraftError: _draft,
    TooLarge: _message,
    control.NotFound: _not_found,
    control.Refused: _refused,
    repetition.KeyReused: _reused,
    Trouble: _unavailable,
    PoolTimeout: _unavailable,
    psycopg.OperationalError: _unavailable,
    psycopg.DataError: _data,
    Exception: _fault,
}.items():
    api.add_exception_handler(kind, handler)


def _told(status: int, code: str) -> Any:
    """Return a handler for what a room raises with its reason as its text, and further members in `more`, if it has any."""

    def tell(request: HttpRequest, error: Any) -> HttpResponse:
        words = str(error) or problems.DETAILS.get(status, code)
        return _answer(request, Problem(status, code, words, **getattr(error, "more", {})))

    return tell


for refusal, (status, code) in resources.REFUSALS.items():
    api.add_exception_handler(refusal, _told(status, code))
