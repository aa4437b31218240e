"""Which operations keep idempotency keys. The others refuse one: a key that is ignored promises what nobody keeps."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest

from penstock.api.document import heeded
from penstock.api.problems import Problem

READS: Final = ("GET", "HEAD", "OPTIONS")
"""Asked again they do nothing, with a key or without."""


def keeping(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return an operation that refuses the header Idempotency-Key, unless it says that it keeps keys (document.documented)."""
    if "Idempotency-Key" in heeded(getattr(operation, "_ninja_operation", None)):
        return operation

    @wraps(operation)
    def refusing(request: HttpRequest, *given: Any, **named: Any) -> Any:
        if request.method not in READS and "Idempotency-Key" in request.headers:
            words = (
                "This operation keeps no idempotency keys: sent again, it would be carried out again."
                " Send it without the header, and after a lost answer look first whether it was done."
            )
            raise Problem(422, "key_not_kept", words, errors=[{"header": "Idempotency-Key", "detail": words}])
        return operation(request, *given, **named)

    return refusing
