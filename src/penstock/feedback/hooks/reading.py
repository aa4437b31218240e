"""A provider's request read by django-anymail's own view for it: verified, taken apart, normalised.

Anymail's signals are not used: what is wrong with one event must not lose the others of a batch, and nothing here is Django's but
the request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Final

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.http import HttpRequest

from penstock.feedback.hooks import svix
from penstock.feedback.hooks.told import LONGEST, Told
from penstock.transport.provider.hooks import HOOKS
from penstock.transport.provider.known import MARK
from penstock.transport.reply import sanitise

MOST: Final = 20_000
"""Events of one request; SparkPost sends up to 10,000."""
OLDEST: Final = timedelta(days=90)
"""An event told later than this is taken for one of now: its clock is wrong."""
_OF_ID: Final = re.compile(r"<?([0-9a-f-]{5,64})@")
"""The public token at the beginning of a Message-ID of ours (content.links)."""


class Forged(Exception):
    """The request is not signed as the provider would have signed it."""


class Unreadable(Exception):
    """The request is none that this provider's webhook for what became of messages would make."""


@dataclass(frozen=True)
class Read:
    """What a request tells, and those of its events that could not be read: (why, the event)."""

    events: list[Told]
    unreadable: list[tuple[str, bytes]] = field(default_factory=list)


def read(provider: str, request: HttpRequest, key: str, url: str) -> Read:
    """Verify and read a request of `provider`. `key` verifies its signature ("": it has none); `url` is where it was sent to.

    Raises Forged, Unreadable; nothing else, whatever is sent.
    """
    view = _verified(provider, request, key, url)
    odd: list[tuple[str, bytes]] = []
    view.esp_to_anymail_event = _one_by_one(view, odd)
    try:
        found = [each for each in view.parse_events(request) if each is not None]
    except AnymailError as error:  # another kind of webhook leads here: its words say which
        raise Unreadable(sanitise(str(error))) from None
    except Exception as error:  # nothing that a stranger sends may get further
        raise Unreadable(f"it cannot be read ({type(error).__name__})") from None
    if len(found) > MOST:
        raise Unreadable(f"it tells of {len(found):,} events, and at most {MOST:,} are taken at once")
    now = datetime.now(UTC)
    return Read([_told(each, now) for each in found], odd)


def _view(provider: str, key: str, url: str) -> Any:
    hook = HOOKS[provider]
    given: dict[str, Any] = {"basic_auth": []}
    if hook.key and provider != "resend":
        given[hook.key] = key or None
    if provider == "mandrill":
        given["webhook_url"] = url  # it is signed, too
    return _reader(provider)(**given)


@cache
def _reader(provider: str) -> type[Any]:
    """Anymail's view, not warning of what it cannot know: the address is the secret here, and not HTTP's own authentication."""
    view = getattr(import_module(f"anymail.webhooks.{provider}"), HOOKS[provider].view)
    quiet = property(
        lambda _: False, lambda _, __: None
    )  # some views say otherwise of themselves when they are made
    return type(view.__name__, (view,), {"warn_if_no_basic_auth": quiet})


def _verified(provider: str, request: HttpRequest, key: str, url: str) -> Any:
    """Return the view that reads a request, which it holds for the provider's own."""
    if HOOKS[provider].needed and not key:  # some views are not to be made without it
        raise Forged("The key that its requests are verified with is not given yet.")
    try:
        view = _view(provider, key, url)
        view.run_validators(request)
        if provider == "resend" and key:  # anymail wants a library for this one
            svix.verify(key, request.headers, request.body)
    except AnymailWebhookValidationFailure:  # its words name the address, which is a secret
        raise Forged("It is not signed, or not with the key that is given here.") from None
    except svix.NotSigned as error:
        raise Forged(str(error)) from None
    except Exception as error:  # a signature of other letters, a body that is no form
        raise Forged(f"Its signature cannot be verified ({type(error).__name__}).") from None
    return view


def _one_by_one(view: Any, odd: list[tuple[str, bytes]]) -> Callable[..., Any]:
    """Anymail's reading of one event, made to put aside what it cannot read."""
    theirs = getattr(view, "esp_to_anymail_event", None)

    def one(*event: Any) -> Any:
        try:
            return theirs(*event) if theirs else None
        except AnymailError:
            raise
        except Exception as error:
            odd.append((f"one of its events cannot be read ({type(error).__name__})", _bytes(event)))
            return None

    return one


def _bytes(given: tuple[Any, ...]) -> bytes:
    """The provider's event among what anymail's reader was called with."""
    event = next((each for each in reversed(given) if isinstance(each, Mapping)), None)
    try:
        return json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError):
        return b""


def _told(event: Any, now: datetime) -> Told:
    return Told(
        kind=str(event.event_type), mark=_mark(event.metadata, event.tags, event.message_id), at=_time(event.timestamp, now),
        reason=str(event.reject_reason or ""), text=_words(event.mta_response) or _words(event.description),
        url=_text(event.click_url, 2_000), agent=_text(event.user_agent, LONGEST), raw=event.esp_event,
    )  # fmt: skip


def _mark(metadata: Any, tags: Any, number: Any) -> str:
    """What the message bore as metadata or tag; else what stands in its Message-ID, where the provider has left it as it was."""
    if isinstance(metadata, Mapping) and isinstance(found := metadata.get(MARK), str):
        return found
    given: Iterable[Any] = tags if isinstance(tags, list | tuple) else ()
    named = next((tag for tag in given if isinstance(tag, str) and tag.count("-") == 2), "")
    found = _OF_ID.match(number) if not named and isinstance(number, str) else None
    return found[1] if found else named


def _time(at: Any, now: datetime) -> datetime | None:
    if not isinstance(at, datetime) or at.utcoffset() is None:
        return None
    return min(at, now) if at > now - OLDEST else None


def _words(text: Any) -> str:
    return sanitise(_text(text, LONGEST)).strip()


def _text(text: Any, most: int) -> str:
    """A text that the database takes: without halves of characters, and without NUL."""
    return text[:most].encode("utf-8", "ignore").decode().replace("\0", "") if isinstance(text, str) else ""
