"""One thread's line to a provider: a message goes to anymail's backend, and what came of it comes back as an Answer.

anymail is Django's, and so is only imported where a provider is used: the other senders start without.
"""

from __future__ import annotations

import time
from typing import Any, Final

from penstock.transport.envelope import Envelope
from penstock.transport.fate import Replied, Unanswered, Unsent
from penstock.transport.provider.answers import Answer, of_http, of_status
from penstock.transport.provider.known import KNOWN, MARK
from penstock.transport.provider.provider import Provider
from penstock.transport.provider.rebuilding import Parts, parts_of
from penstock.transport.reply import Reply, sanitise

PATIENCE: Final = (10.0, 60.0)
"""Seconds for connecting, and for each answer."""
IDLE: Final = 10.0
"""Seconds after which a connection is not used again: the other side may be closing it, and a message lost there is in doubt."""


class Line:
    """A session with a provider's API; for one thread at a time."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._backend: Any = None
        self._used = 0.0
        self._begun = False

    def send(self, envelope: Envelope) -> Answer:
        """Hand one message over. Never raises for what the provider does."""
        self._begun = False
        try:
            parts = parts_of(envelope)
            message = _marked(_message(parts), parts.mark, KNOWN[self._provider.name].mark)
            backend = self._ready()
            backend.send_messages([message])
            return self._status(message)
        except (
            Exception
        ) as error:  # told apart by what it is; a defect of ours must not stop the others either
            return self._judge(error)
        finally:
            self._used = time.monotonic()

    def close(self) -> None:
        """End the session."""
        if self._backend is not None:
            self._backend.close()

    def _ready(self) -> Any:
        if self._backend is None:
            self._backend = self._make()
        elif time.monotonic() - self._used > IDLE:
            self._backend.close()
        self._backend.open()
        return self._backend

    def _make(self) -> Any:
        backend = backend_of(self._provider)
        post = backend.post_to_esp

        def noted(payload: Any, message: Any) -> Any:
            self._begun = True
            return post(payload, message)

        backend.post_to_esp = noted
        return backend

    def _status(self, message: Any) -> Answer:
        found = list(message.anymail_status.recipients.values())
        status = found[0] if found else None
        response = message.anymail_status.esp_response
        if (status is None or status.status == "unknown") and getattr(response, "status_code", 200) >= 400:
            return self._refused(response)  # anymail reads some errors itself, and knows nothing of this one
        return of_status(status.status if status else "unknown", status and status.message_id, self._peer)

    def _clean(self, text: str) -> str:
        """A stranger's words, without our key should they repeat it."""
        secret = self._provider.password
        return text.replace(secret, "…") if len(secret) > 3 else text

    @property
    def _peer(self) -> str:
        return self._provider.title

    def _judge(self, error: Exception) -> Answer:
        response = getattr(error, "response", None)
        if response is not None:
            if 200 <= response.status_code < 300:  # taken, and the answer cannot be read
                return Answer(Unanswered(f"{self._peer} answered what cannot be read"))
            return self._refused(response)
        if not self._begun:
            return self._not_begun(error)
        if (cause := _no_connection(error)) is not None:
            return Answer(Unsent(f"cannot connect to {self._provider}: {cause}", False), sick=True)
        return Answer(Unanswered(f"no answer from {self._provider}: {self._clean(_words(error))}"), sick=True)

    def _refused(self, response: Any) -> Answer:
        words = self._clean(_said(response))
        return of_http(response.status_code, words, response.headers.get("Retry-After"), self._peer)

    def _not_begun(self, error: Exception) -> Answer:
        """The message was not even offered: it cannot be, or the set-up is wrong."""
        named = type(error).__name__
        if named == "AnymailInvalidAddress":
            return Answer(Replied(Reply(553, "5.1.3", _words(error), "rcpt", self._peer)))
        if named in ("AnymailUnsupportedFeature", "AnymailSerializationError"):
            return Answer(Replied(Reply(554, "5.6.0", _words(error), "mail", self._peer)))
        return Answer(Unsent(f"{self._provider} cannot be used: {self._clean(_words(error))}", True))


def backend_of(provider: Provider) -> Any:
    """anymail's backend for `provider`."""
    from importlib import import_module

    _settle_django()
    module = import_module(f"anymail.backends.{provider.name}")
    return module.EmailBackend(
        **provider.settings, ignore_recipient_status=True, timeout=PATIENCE, ignore_unsupported_features=False
    )


def _settle_django() -> None:
    """Django's settings as anymail needs them, where none are there: in senders."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=True)


def _message(parts: Parts) -> Any:
    from django.core.mail import EmailMultiAlternatives

    _settle_django()
    body, kind = (parts.text, "plain") if parts.text or not parts.html else (parts.html, "html")
    message = EmailMultiAlternatives(parts.subject, body, parts.sender, [parts.to], headers=parts.headers)
    message.content_subtype = kind
    if parts.html and kind == "plain":
        message.attach_alternative(parts.html, "text/html")
    for attachment in parts.attachments:
        message.attach(*attachment)
    return message


def _marked(message: Any, mark: str, how: str) -> Any:
    """The message with what its provider repeats when it tells of it later (feedback.hooks)."""
    if mark and how == "metadata":
        message.metadata = {MARK: mark}
    elif mark and how == "tags":
        message.tags = [mark]
    return message


def _said(response: Any) -> str:
    """A provider's own words of an error: the usual fields of its JSON, else its beginning."""
    try:
        found = response.json()
    except ValueError:
        return str(response.text)[:300]
    for name in ("Message", "message", "error", "ErrorMessage", "detail", "errors"):
        if isinstance(found, dict) and found.get(name):
            return str(found[name])[:300]
    return str(found)[:300]


def _no_connection(error: BaseException) -> str | None:
    """Why there was no connection at all, so that nothing of the request can have been read; else None."""
    from urllib3 import exceptions

    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return None
        if isinstance(
            seen, exceptions.NewConnectionError | exceptions.ConnectTimeoutError | exceptions.ProxyError
        ):
            return _words(seen)
        if type(seen).__name__ == "SSLCertVerificationError":
            return f"its certificate cannot be trusted ({getattr(seen, 'verify_message', '')})"
        seen = _inner(seen)
    return None


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    wrapped = next((each for each in error.args if isinstance(each, BaseException)), None)
    return wrapped or error.__cause__ or error.__context__


def _words(error: BaseException) -> str:
    cause = error.__cause__ or error
    return sanitise(str(cause) or type(cause).__name__)[:300]
