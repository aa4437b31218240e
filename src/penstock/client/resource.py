"""What the parts of the client share: an address of their own, and answers read into models."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx

from penstock.client.connection import Connection
from penstock.client.models import Model
from penstock.client.pages import Pages

Shape = TypeVar("Shape", bound=Model)
Item = TypeVar("Item")


def told(**given: Any) -> dict[str, Any]:
    """Return what was given: everything but None."""
    return {name: value for name, value in given.items() if value is not None}


class Resource:
    """One kind of object, at `path`."""

    path = ""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _ask(
        self, method: str, rest: str = "", *, query: Mapping[str, Any] | None = None, key: str | None = None, **more: Any
    ) -> httpx.Response:  # fmt: skip
        """Ask about the account that is meant, under the idempotency key `key`, if one was given."""
        headers = {"Idempotency-Key": key} if key else {}
        about = {"account": self._connection.account, **(query or {})}
        return self._connection.ask(
            method, self.path + rest, query=about, headers={**headers, **more.pop("headers", {})}, **more
        )

    def _one(self, shape: type[Shape], method: str, rest: str = "", **more: Any) -> Shape:
        return shape.model_validate(self._ask(method, rest, **more).json())

    def _pages(self, shape: type[Item], rest: str = "", **query: Any) -> Pages[Item]:
        about = told(account=self._connection.account, **query)
        return Pages(self._connection, self.path + rest, shape, about)
