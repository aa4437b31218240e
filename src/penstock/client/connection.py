"""The HTTP under the client: the token, the errors, and trying again where that cannot do anything twice."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import httpx

from penstock.client import errors

ROOT: Final = "/api/v1"
TRIES: Final = 4
LONGEST_WAIT: Final = 30.0  # seconds; who is told to wait longer hears of it
_PASSING: Final = (429, 502, 503, 504)
_SAFE: Final = ("GET", "PUT")


class Connection:
    """Asks the API at `base` as the bearer of `token`. `account`: which one is meant, for tokens of the platform."""

    def __init__(
        self, base: str, token: str, *,
        account: int | None = None, timeout: float = 30.0, transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.account = account
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=base.rstrip("/") + ROOT,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None, content: Any = None,
        headers: Mapping[str, str] | None = None, once: bool = False,
    ) -> httpx.Response:  # fmt: skip
        """Ask, and return the answer. Raises errors.ApiError, errors.ConnectionLost.

        `once`: the operation takes an idempotency key; without one in `headers` one is made, so that asking again is safe.
        """
        sent = dict(headers or {})
        if once:
            sent.setdefault("Idempotency-Key", str(uuid4()))
        again = content is None and (method in _SAFE or "Idempotency-Key" in sent)
        given = {name: value for name, value in (query or {}).items() if value is not None}
        for attempt in range(1, TRIES + 1):
            wait = 0.2 * 2**attempt
            try:
                answer = self._http.request(
                    method, path, params=given, json=body, content=content, headers=sent
                )
                if answer.is_success:
                    return answer
                refusal = _error(answer)
                wait = refusal.retry_after or wait
                # A refusal for the rate did nothing: that can always be asked again.
                passing = answer.status_code == 429 or (again and answer.status_code in _PASSING)
                if not passing or content is not None or wait > LONGEST_WAIT or attempt == TRIES:
                    raise refusal
            except httpx.TransportError as error:
                if not again or attempt == TRIES:
                    raise errors.ConnectionLost(f"{method} {path}: {error}") from error
            self._sleep(wait)
        raise AssertionError("every way out of the loop is above")

    @contextmanager
    def stream(
        self, path: str, *, query: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[Iterator[bytes]]:
        """Lend the blocks of an answer that may be large. Raises as `ask`."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            with self._http.stream("GET", path, params=given, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _error(answer)
                yield answer.iter_bytes()
        except httpx.TransportError as error:
            raise errors.ConnectionLost(f"GET {path}: {error}") from error


def _error(answer: httpx.Response) -> errors.ApiError:
    try:
        problem = answer.json()
    except ValueError:
        problem = {
            "detail": f"HTTP status {answer.status_code}, and no problem document: is this the address of Penstock?"
        }
    after = answer.headers.get("Retry-After", "")
    problem = problem if isinstance(problem, dict) else {}
    return errors.of(answer.status_code, problem, float(after) if after.isdigit() else None)
