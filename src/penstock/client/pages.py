"""Lists that come page by page, walked as if they were one."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from penstock.client.connection import Connection

Item = TypeVar("Item")


class Pages(Generic[Item]):
    """Every item of a list: `for contact in client.contacts.list()`. The next page is asked for when it is needed."""

    def __init__(
        self, connection: Connection, path: str, shape: type[Item], query: Mapping[str, Any]
    ) -> None:
        self._connection, self._path, self._query = connection, path, dict(query)
        self._items: TypeAdapter[list[Item]] = TypeAdapter(list[shape])  # type: ignore[valid-type]

    def __iter__(self) -> Iterator[Item]:
        cursor = None
        while True:
            items, cursor = self.page(cursor)
            yield from items
            if cursor is None:
                return

    def page(self, cursor: str | None = None) -> tuple[list[Item], str | None]:
        """Return one page, and the cursor of the next one (None: it was the last)."""
        query = {**self._query, "cursor": cursor} if cursor else self._query
        answer = self._connection.ask("GET", self._path, query=query).json()
        return self._items.validate_python(answer["items"]), answer["next_cursor"]
