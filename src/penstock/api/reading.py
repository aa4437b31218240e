"""Request bodies: strict JSON, so that nothing reaches the database that it could not hold."""

import json
import math
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from penstock.api.problems import Problem

DEEPEST = 32
"""Objects and arrays inside one another; no document of ours needs more."""


class StrictParser(Parser):
    """Reads JSON bodies (RFC 8259) and query strings."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the document in the body. Raises Problem."""
        kind = (request.content_type or "").lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            raise Problem(415, "media_type", "Send the body as Content-Type: application/json.")
        try:
            text = request.body.decode("utf-8")
            found = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        except UnicodeDecodeError as error:
            raise Problem(400, "bad_request", f"The body is not UTF-8 (byte {error.start}).") from None
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise Problem(400, "bad_request", f"The body is not JSON: {error.msg} ({where}).") from None
        except RecursionError:
            words = (
                f"The body has far more than {DEEPEST} objects and arrays inside one another. Nest them less."
            )
            raise Problem(400, "bad_request", words) from None
        except ValueError as error:
            raise Problem(400, "bad_request", f"The body cannot be read: {error}.") from None
        if fault := unfit(found):
            raise Problem(422, "invalid", fault[1], errors=[{"pointer": fault[0], "detail": fault[1]}])
        return found

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Return the parameters of the query. Raises Problem for text that no field can hold."""
        found = super().parse_querydict(data, list_fields, request)
        for name, value in found.items():
            if isinstance(value, str) and (words := _unfit_text(value)):
                raise Problem(422, "invalid", words, errors=[{"parameter": name, "detail": words}])
        return found


def body_of(request: HttpRequest) -> bytes:
    """Return the body as it came. Raises Problem when it is too large or cannot be read any more."""
    try:
        return request.body
    except RequestDataTooBig:
        raise Problem(413, "too_large", "The body is larger than this address takes.") from None
    except (RawPostDataException, OSError):
        raise Problem(400, "bad_request", "The body did not arrive whole.") from None


def unfit(document: Any, pointer: str = "#", depth: int = 0) -> tuple[str, str] | None:
    """Return where (a JSON pointer) and why a document cannot be stored; None when it can."""
    if isinstance(document, str):
        return (pointer, words) if (words := _unfit_text(document)) else None
    if depth >= DEEPEST and isinstance(document, dict | list):
        return pointer, f"More than {DEEPEST} levels inside one another."
    if isinstance(document, dict):
        parts = [(key, value) for key, value in document.items()]
        for key, _ in parts:
            if words := _unfit_text(key):
                return pointer, words
    elif isinstance(document, list):
        parts = [(str(n), value) for n, value in enumerate(document)]
    else:
        return None
    for key, value in parts:
        if found := unfit(value, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1):
            return found
    return None


def _unfit_text(text: str) -> str | None:
    """PostgreSQL's text holds every character but NUL; a lone surrogate is none."""
    if "\0" in text:
        return "The character U+0000 is not possible."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "Half a character (a lone surrogate) is not possible."
    return None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is out of range")
    return number
