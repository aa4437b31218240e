"""What the tests of mailings share: the sink of delivery's."""

from tests.integration.delivery.conftest import a_sink

__all__ = ["a_sink"]
