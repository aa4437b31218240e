"""Try a centre's terms step by step: look up, connect, TLS, bind, enquire_link, unbind. Nothing is sent."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

from penstock.transport.diagnosis import Diagnosis, certificate
from penstock.transport.reply import Trouble
from penstock.transport.smpp import commands
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.failures import cure
from penstock.transport.smpp.pdu import Pdu, pdu
from penstock.transport.smpp.session import Session, open_session
from penstock.transport.smpp.timeouts import Timeouts

PATIENCE = Timeouts(connect=10.0, bind=15.0, answer=10.0, unbind=2.0, interval=0.1)


async def diagnose(centre: Centre, timeouts: Timeouts = PATIENCE) -> Diagnosis:
    """Find out whether `centre` can be reached and lets us bind. Never raises for what the centre does."""
    found = Diagnosis(str(centre))
    visit, begun = _Visit(), time.monotonic()
    opened = await open_session(centre, centre.binding, visit, timeouts)
    seconds = time.monotonic() - begun
    if isinstance(opened, Trouble):
        step = "tls" if opened.reply.command == "tls" else "connect"
        found.fail(step, opened.reply.text, seconds, cure(opened, centre))
        return found
    found.add("connect", f"connected to {opened.dialogue.peer.name}", seconds)
    if centre.tls:
        _encrypted(found, opened, centre)
    try:
        await _bind(found, opened, visit, centre, timeouts)
    finally:
        opened.abort("the try ended")
    return found


def _encrypted(found: Diagnosis, session: Session, centre: Centre) -> None:
    found.certificate = certificate(session.certificate, verified=centre.verify)
    words = f"; {found.certificate.words}" if found.certificate else ""
    found.add("tls", session.dialogue.peer.tls.replace("TLSv", "TLS ") + words, 0.0)


async def _bind(
    found: Diagnosis, session: Session, visit: _Visit, centre: Centre, timeouts: Timeouts
) -> None:
    begun, name = time.monotonic(), commands.name(centre.binding)
    await _wait(session, visit.answered, timeouts)
    seconds = time.monotonic() - begun
    if not visit.stands:
        trouble = session.dialogue.failure
        text = trouble.reply.text if trouble else "the centre closed the connection"
        said = f"{name} refused: {text}" if trouble and trouble.reply.code else text
        found.fail("bind", said, seconds, cure(trouble, centre) if trouble else "")
        return
    found.add("bind", f"bound as {centre.system_id} ({name})", seconds)
    begun, linked = time.monotonic(), asyncio.Event()
    session.request(partial(pdu, commands.ENQUIRE_LINK), partial(_linked, linked, visit))
    await _wait(session, linked, timeouts)
    seconds = time.monotonic() - begun
    if visit.linked:
        found.add("enquire_link", "enquire_link answered", seconds)
    else:
        found.fail("enquire_link", "enquire_link was not answered", seconds,
                   "Messages can be sent all the same; ask the operator why the link is not kept.")  # fmt: skip
    session.unbind()
    await _wait(session, None, timeouts)


async def _wait(session: Session, until: asyncio.Event | None, timeouts: Timeouts) -> None:
    """Wait for `until`, or for the end of the connection."""
    loop = asyncio.get_running_loop()
    while not session.closed.done() and not (until is not None and until.is_set()):
        told = asyncio.ensure_future((until or asyncio.Event()).wait())
        ends: set[asyncio.Future[Any]] = {session.closed, told}
        await asyncio.wait(ends, timeout=timeouts.interval, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        session.sweep(loop.time())


def _linked(linked: asyncio.Event, visit: _Visit, response: Pdu | None) -> None:
    visit.linked = response is not None and not response.status
    linked.set()


class _Visit:
    """Observer of a session that sends nothing."""

    def __init__(self) -> None:
        self.answered = asyncio.Event()
        self.stands = self.linked = False

    def connected(self, session: Session) -> None:
        """The bind begins by itself."""

    def bound(self, session: Session) -> None:
        self.stands = True
        self.answered.set()

    def ended(self, session: Session) -> None:
        self.answered.set()
