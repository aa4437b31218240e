"""What can go wrong, by kind; each carries the problem document of the answer (RFC 9457)."""

from typing import Any


class ApiError(Exception):
    """The API said no. `code` is for programs and does not change; the text is for people. Nothing was changed."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float | None = None) -> None:
        self.status, self.problem, self.retry_after = status, problem, retry_after
        self.code = str(problem.get("code", ""))
        self.errors: list[dict[str, str]] = list(problem.get("errors", []))
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP status {status}"))


class Unauthorized(ApiError):
    """401: the token is not in force."""


class Forbidden(ApiError):
    """403: the token may not do this."""


class NotFound(ApiError):
    """404: there is no such thing, or it is another account's."""


class Refused(ApiError):
    """409: not possible as things stand. Of a command: every reason, the state, and what is allowed instead."""

    @property
    def reasons(self) -> list[dict[str, str]]:
        """Each with `code` and `detail`; empty where no command was refused."""
        return list(self.problem.get("reasons", []))

    @property
    def state(self) -> str | None:
        """The state of the mailing."""
        return self.problem.get("state")

    @property
    def allowed_actions(self) -> list[str]:
        """The commands that are allowed now."""
        return list(self.problem.get("allowed_actions", []))


class VersionChanged(Refused):
    """412: the mailing is no longer at the expected version. Look at it again."""


class Invalid(ApiError):
    """400, 413, 415, 422: something in the request cannot be; `errors` says where (a JSON pointer, a parameter, a header)."""


class TooManyRequests(ApiError):
    """429: the token's rate is used up, and the patience of the client as well."""


class Unavailable(ApiError):
    """500 and above: not the request's fault. What became of it is not known, unless it was sent under an idempotency key."""


class ConnectionLost(Exception):
    """No answer came. What became of the request is not known, unless it was sent under an idempotency key."""


_KINDS: dict[int, type[ApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Refused,
    412: VersionChanged,
    429: TooManyRequests,
}


def of(status: int, problem: dict[str, Any], retry_after: float | None) -> ApiError:
    """Return the error for an answer."""
    kind = _KINDS.get(status, Unavailable if status >= 500 else Invalid)
    return kind(status, problem, retry_after)
