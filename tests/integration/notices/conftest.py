"""What every test of notices may ask for."""

from collections.abc import Iterator

import pytest

from tests.integration.delivery.conftest import a_catcher
from tests.integration.notices.stage import Receiver, receiver

__all__ = ["a_catcher"]


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is allowed to webhooks."""
    monkeypatch.setenv("PENSTOCK_WEBHOOKS_PRIVATE", "1")


@pytest.fixture
def hook(private: None) -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiver() as it:
        yield it
