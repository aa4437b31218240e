"""The SMTP dialogue of one connection, without I/O (RFC 5321, RFC 2920).

Bytes go in by `receive`; what is to be written collects in `outgoing`; the fates of envelopes go to the source. The
owner writes `outgoing` after each call and then obeys `wants_tls` and `ending`.

What a broken dialogue means: body begun and no reply: unanswered. Body not begun: unsent.
"""

from __future__ import annotations

from collections.abc import Callable

from penstock.transport.envelope import Source
from penstock.transport.reply import Trouble, parse
from penstock.transport.smtp.commands import Commands
from penstock.transport.smtp.handoff import STOPPED, HandOff
from penstock.transport.smtp.handshake import Handshake, StartTLS
from penstock.transport.smtp.lines import ReplyReader, Unintelligible
from penstock.transport.smtp.server import DEFAULT_MESSAGES
from penstock.transport.smtp.stage import QUIET, Ending, Stage
from penstock.transport.smtp.timeouts import Timeouts, Watch

_DOT, _OPENING, _QUIT, _ENDED = Stage.DOT, Stage.OPENING, Stage.QUIT, Stage.ENDED


class Protocol(HandOff):
    """The dialogue on one connection, from its greeting to its end.

    `limit` is the number of bodies this connection may carry; `ready` is called once, when envelopes can go.
    """

    def __init__(
        self,
        handshake: Handshake,
        source: Source,
        peer_name: str,
        *,
        timeouts: Timeouts | None = None,
        limit: int = DEFAULT_MESSAGES,
        ready: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(source, peer_name, limit)
        self._handshake = handshake
        self._ready = ready
        self._reader = ReplyReader()
        self._watch = Watch(timeouts or Timeouts())

    # -- what the owner asks ------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        """What the next reply answers."""
        return self._stage

    @property
    def idle(self) -> bool:
        """Ready, and nothing to do."""
        return self._stage is Stage.IDLE

    @property
    def busy(self) -> bool:
        """An envelope is here, or commands of one are on the wire."""
        return self._current is not None or self._stage not in (*QUIET, Stage.OPENING)

    @property
    def command(self) -> str:
        """The command whose answer is awaited."""
        return self._handshake.command if self._stage is Stage.OPENING else super().command

    # -- what the owner tells -----------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        # The usual case costs no look at each line: one verdict, then what MAIL, RCPT and DATA always give.
        if self._following is not None and not self._reader.pending and self._burst_received(data):
            return
        if self.wants_tls:
            self._fail("4.7.0", "the server sent clear text where the TLS handshake belongs")
        elif self._stage is not _ENDED:
            self._receive_replies(data)

    def secured(self, version: str) -> None:
        """TLS runs now, as `version`."""
        self.wants_tls = False
        self._step += 1
        self.outgoing.append(self._handshake.secured(version))

    def wake(self) -> None:
        """The source may have something: go on if idle."""
        if self._stage is Stage.IDLE:
            self._go_on()

    def stop(self) -> int:
        """Begin no body from now on; returns how many are begun and unanswered here (0 or 1).

        An envelope whose body has not begun goes back to the source before this returns, and the connection on which
        its commands are under way ends without the final dot, now or when the begun one is answered.
        """
        self._stopped = True
        if self._stage is _DOT:
            if self._following is not None:
                self._abandoned = self._pipelining
                self._give_back_following(STOPPED)
            return 1
        if self._current is not None:
            self._stage = Stage.ENDED
            self._end(Ending.ABORT)
            self._give_back_current(STOPPED)
        return 0

    def start_again(self) -> None:
        """Undo `stop`."""
        self._stopped = False
        self.wake()

    def retire(self) -> None:
        """Finish what is taken, then QUIT."""
        self._retiring = True
        if self._stage is Stage.IDLE:
            self._quit()

    def lost(self, cause: str) -> None:
        """The connection is gone."""
        if self._stage in QUIET or (self._retiring and self._stage is Stage.OPENING):
            self._stage = Stage.ENDED
        else:
            self._fail("4.4.2", cause)

    def refused_tls(self, enhanced: str, cause: str, permanent: bool) -> None:
        """The TLS handshake failed."""
        self._fail(enhanced, cause, permanent)

    def elapse(self, now: float, unwritten: int = 0) -> None:
        """Time passes: called every so often with the clock and the bytes that the peer has not yet taken."""
        waited = self._watch.waited(now, self._step, unwritten)
        patience = (
            self._watch.timeouts.tls
            if self.wants_tls
            else self._watch.patience(self._stage, self.command, unwritten)
        )
        if waited >= patience:
            self._run_out(waited, unwritten)

    def _run_out(self, waited: float, unwritten: int) -> None:
        if self._stage is Stage.IDLE:
            self._quit()
        elif self._stage in QUIET:
            self._stage = Stage.ENDED
            self._end(Ending.ABORT)
        elif unwritten and self._stage is _DOT:
            self._fail("4.4.2", f"timed out: the server took nothing of the message for {waited:.0f} s")
        else:
            self._fail("4.4.2", f"timed out: no answer to {self.command.upper()} for {waited:.0f} s")

    # -- replies ------------------------------------------------------------------------------------------

    def _receive_replies(self, data: bytes) -> None:
        reader = self._reader
        reader.feed(data)
        try:
            while self._stage is not _ENDED and (raw := reader.next()) is not None:
                self._step += 1
                self._answered(raw)
        except Unintelligible as error:
            self._fail("4.5.0", f"the server answered {error}")

    def _answered(self, raw: bytes) -> None:
        """One complete reply: it belongs to the oldest open command."""
        stage = self._stage
        if stage is _DOT:
            self._dot_answered(raw)
        elif stage is _OPENING:
            self._opening_answered(raw)
        elif stage is _QUIT:
            self._stage = Stage.ENDED
            self._end(Ending.CLOSE)
        elif raw[:3] == b"421":  # RFC 5321 §3.8: the server is closing, whatever it was asked
            self._closed_by_server(raw)
        else:
            self._transaction_answered(raw)

    def _opening_answered(self, raw: bytes) -> None:
        step = self._handshake.answered(raw)
        if isinstance(step, bytes):
            self.outgoing.append(step)
        elif isinstance(step, StartTLS):
            if self._reader.pending:  # clear text that would be taken for an answer given under TLS
                self._fail("4.7.0", "the server sent clear text behind its answer to STARTTLS")
            else:
                self.wants_tls = True
        elif isinstance(step, Trouble):
            self._fail_with(step)
        else:
            self.peer = step
            self._pipelining = step.pipelining
            self._commands = Commands(step, self._peer_name)
            self._stage = Stage.TAKING
            if self._ready is not None:
                self._ready()
            self._go_on()

    def _closed_by_server(self, raw: bytes) -> None:
        if self._stage is Stage.IDLE:  # it grew tired of an idle connection: nothing is wrong
            self._stage = Stage.ENDED
            self._end(Ending.CLOSE)
        else:
            self._fail_with(Trouble(parse(raw, self.command, self._peer_name), False))
