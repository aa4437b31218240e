"""What of a return path a message bears for its provider to repeat."""

import pytest

from penstock.transport.provider.hooks import HOOKS
from penstock.transport.provider.known import KNOWN
from penstock.transport.provider.rebuilding import mark_of


def test_who_tells_of_messages_knows_which() -> None:
    assert {name for name, api in KNOWN.items() if api.mark} == set(HOOKS)


@pytest.mark.parametrize(
    ("sender", "mark"),
    [(b"bounce+7-1-a@example.org", "7-1-a"), (b"news@example.org", ""), (b"", ""), (b"a+b+c@x", "c"), (b"a+\xff@x", "")],
)  # fmt: skip
def test_the_mark_is_what_the_return_path_says(sender: bytes, mark: str) -> None:
    assert mark_of(sender) == mark
