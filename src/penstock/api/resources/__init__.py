"""Everything over the API that is no mailing: contacts, lists, imports, suppressions, transports, tokens, people and so on."""

from ninja import Router

ROUTERS: list[tuple[str, Router, str]] = []
"""Each router with its address and its heading in the document."""

REFUSALS: dict[type[Exception], tuple[int, str]] = {}
"""What rooms raise, with the status and the code it is answered with; the text of the exception is told."""
