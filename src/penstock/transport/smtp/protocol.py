"""The SMTP dialogue of one connection, without I/O (RFC 5321, RFC 2920).

Bytes go in by `receive`; what is to be written collects in `outgoing`; the fates of envelopes go to the source. The
owner writes `outgoing` after each call and then obeys `wants_tls` and `ending`.

With PIPELINING one write carries `body CRLF . CRLF MAIL RCPT DATA`, the commands being those of the next envelope,
which is taken when the 354 for this one arrives; so a message costs one round trip. At any time there are thus at
most two envelopes here: `_current`, to which the next reply belongs, and `_following`, taken but certainly not begun.

What a broken dialogue means: body begun and no reply: unanswered. Body not begun: unsent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from penstock.transport.envelope import Envelope, Peer, Source
from penstock.transport.reply import Reply, Trouble, parse
from penstock.transport.smtp.commands import Commands
from penstock.transport.smtp.handshake import Handshake, StartTLS
from penstock.transport.smtp.lines import ReplyReader, Unintelligible
from penstock.transport.smtp.server import DEFAULT_MESSAGES
from penstock.transport.smtp.stage import QUIET, Ending, Stage
from penstock.transport.smtp.timeouts import Timeouts, Watch
from penstock.transport.smtp.verdicts import Verdicts

# Names without a dot for the path that every message takes.
_IDLE, _RESET, _MAIL, _RCPT, _DATA = Stage.IDLE, Stage.RESET, Stage.MAIL, Stage.RCPT, Stage.DATA
_DOT, _LONE_DOT, _QUIT, _ENDED = Stage.DOT, Stage.LONE_DOT, Stage.QUIT, Stage.ENDED

_STOPPED: Final = "stopped before the body began"


class Protocol:
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
        self.outgoing: list[bytes] = []
        self.ending: Ending | None = None
        self.wants_tls = False
        self.failure: Trouble | None = None  # why it ended, if that was trouble
        self.verdicts = 0  # replies to a dot on this connection
        self.peer: Peer | None = None  # once ready
        self._handshake = handshake
        self._source = source
        self._peer_name = peer_name
        self._left = limit
        self._ready = ready
        self._stage = Stage.OPENING
        self._reader = ReplyReader()
        self._commands: Commands | None = None
        self._pipelining = False
        self._current: Envelope | None = None
        self._following: Envelope | None = None
        self._opening = b""  # MAIL, RCPT and DATA of the envelope taken last
        self._transaction = False  # MAIL was accepted, and neither RSET nor a dot has ended that
        self._stopped = False
        self._retiring = False
        self._abandoned = False  # commands are on the wire for an envelope that was given back
        # The replies to a pipelined MAIL, RCPT and DATA as they came last time: most servers repeat them to the byte.
        self._burst: bytes | None = None
        self._burst_seen = b""
        self._verdict = Verdicts(peer_name).read
        self._step = 0  # counts progress, for `elapse`
        self._watch = Watch(timeouts or Timeouts())

    # -- what the owner asks ------------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        """What the next reply answers."""
        return self._stage

    @property
    def idle(self) -> bool:
        """Ready, and nothing to do."""
        return self._stage is _IDLE

    @property
    def busy(self) -> bool:
        """An envelope is here, or commands of one are on the wire."""
        return self._current is not None or self._stage not in (*QUIET, Stage.OPENING)

    @property
    def command(self) -> str:
        """The command whose answer is awaited."""
        if self._stage is Stage.OPENING:
            return self._handshake.command
        return "dot" if self._stage is _LONE_DOT else self._stage.value

    # -- what the owner tells -----------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        burst = self._burst
        if (
            burst is not None
            and self._following is not None
            and self._stage is _DOT
            and data.endswith(burst)
            and not self._reader.pending
            and (reply := self._verdict(data[: -len(burst)])) is not None
        ):
            self._burst_received(reply)
        else:
            self._receive_slowly(data)

    def secured(self, version: str) -> None:
        """TLS runs now, as `version`."""
        self.wants_tls = False
        self._step += 1
        self.outgoing.append(self._handshake.secured(version))

    def wake(self) -> None:
        """The source may have something: go on if idle."""
        if self._stage is _IDLE:
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
                self._give_back_following(_STOPPED)
            return 1
        if self._current is not None:
            self._stage = _ENDED
            self._end(Ending.ABORT)
            self._give_back_current(_STOPPED)
        return 0

    def start_again(self) -> None:
        """Undo `stop`."""
        self._stopped = False
        self.wake()

    def retire(self) -> None:
        """Finish what is taken, then QUIT."""
        self._retiring = True
        if self._stage is _IDLE:
            self._quit()

    def lost(self, cause: str) -> None:
        """The connection is gone."""
        if self._stage in QUIET or (self._retiring and self._stage is Stage.OPENING):
            self._stage = _ENDED
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
        if self._stage is _IDLE:
            self._quit()
        elif self._stage in QUIET:
            self._stage = _ENDED
            self._end(Ending.ABORT)
        elif unwritten and self._stage is _DOT:
            self._fail("4.4.2", f"timed out: the server took nothing of the message for {waited:.0f} s")
        else:
            self._fail("4.4.2", f"timed out: no answer to {self.command.upper()} for {waited:.0f} s")

    # -- replies ------------------------------------------------------------------------------------------

    def _burst_received(self, reply: Reply) -> None:
        """The usual case, without a look at each line: one verdict, then what MAIL, RCPT and DATA always give."""
        done = self._current
        assert done is not None
        self._current = self._following
        self._following = None
        self._stage = _DATA
        self._step += 1
        self.verdicts += 1
        self._source.replied(done, reply)
        if self._stage is _DATA:
            self._begin_body()

    def _receive_slowly(self, data: bytes) -> None:
        if self.wants_tls or self._stage is _ENDED:
            if self.wants_tls:
                self._fail("4.7.0", "the server sent clear text where the TLS handshake belongs")
            return
        reader = self._reader
        reader.feed(data)
        try:
            while self._stage is not _ENDED and (raw := reader.next()) is not None:
                self._step += 1
                self._answered(raw)
        except Unintelligible as error:
            if self._stage is not _ENDED:
                self._fail("4.5.0", f"the server answered {error}")

    def _answered(self, raw: bytes) -> None:
        """One complete reply: it belongs to the oldest open command."""
        stage = self._stage
        if stage is _DOT:
            self._dot_answered(raw)
        elif stage is Stage.OPENING:
            self._opening_answered(raw)
        elif stage is _QUIT:
            self._stage = _ENDED
            self._end(Ending.CLOSE)
        elif raw[:3] == b"421":  # RFC 5321 §3.8: the server is closing, whatever it was asked
            self._closed_by_server(raw)
        elif stage is _MAIL:
            self._mail_answered(raw)
        elif stage is _RCPT:
            self._rcpt_answered(raw)
        elif stage is _DATA:
            self._data_answered(raw)
        elif stage is _RESET or stage is _LONE_DOT:
            self._cleared(raw)
        else:
            self._fail("4.5.0", "the server answered what nobody asked")

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
            self._stage = _IDLE
            if self._ready is not None:
                self._ready()
            self._go_on()

    def _mail_answered(self, raw: bytes) -> None:
        self._burst_seen = raw
        self._transaction = raw[:1] == b"2"
        if self._transaction:
            self._stage = _RCPT
            self._write_unless_pipelined(1)
        else:
            self._refused(raw, "mail", _RCPT)

    def _rcpt_answered(self, raw: bytes) -> None:
        self._burst_seen += raw
        if self._current is None or raw[:1] == b"2":
            self._stage = _DATA
            self._write_unless_pipelined(2)
        else:
            self._refused(raw, "rcpt", _DATA)

    def _refused(self, raw: bytes, command: str, stage: Stage) -> None:
        """MAIL or RCPT was refused: that is the recipient's verdict. `stage` awaits what was pipelined behind it."""
        if raw[:1] == b"3":
            self._fail("4.5.0", f"the server answered {command.upper()} with {raw[:3].decode()}")
            return
        done = self._release()
        self._stage = stage if self._pipelining else _RESET
        self._source.replied(done, parse(raw, command, self._peer_name))
        if not self._pipelining and self._stage is _RESET:
            self._clear()

    def _data_answered(self, raw: bytes) -> None:
        if raw[:3] == b"354":
            self._burst = self._burst_seen + raw if self._pipelining else None
            if self._current is not None:
                self._begin_body()
            else:
                self._transaction = False
                self._go_on(b".\r\n", _LONE_DOT)
        elif raw[:1] in b"45":
            if self._current is not None:
                done = self._release()
                self._stage = _RESET
                self._source.replied(done, parse(raw, "data", self._peer_name))
            if self._stage is not _ENDED:
                self._clear()
        else:
            self._fail("4.5.0", f"the server answered DATA with {raw[:3].decode()}")

    def _dot_answered(self, raw: bytes) -> None:
        if raw[:1] == b"3":  # neither yes nor no: it stays unknown
            self._fail("4.5.0", f"the server answered the message with {raw[:3].decode()}")
            return
        reply = parse(raw, "dot", self._peer_name)
        done = self._release()
        self._current, self._following = self._following, None
        self._stage = _IDLE if self._current is None else _MAIL
        self.verdicts += 1
        self._source.replied(done, reply)
        if self._stage is _ENDED:
            return
        if reply.code == 421:
            self._fail_with(Trouble(reply, False))
        elif self._abandoned:
            self._stage = _ENDED
            self._end(Ending.ABORT)
        elif self._current is None:
            self._go_on()
        elif not self._pipelining:
            self.outgoing.append(self._opening.splitlines(True)[0])

    def _cleared(self, raw: bytes) -> None:
        """RSET was answered, or a lone dot, whose verdict is about no one."""
        if self._stage is _RESET and raw[:1] != b"2":
            self._fail_with(Trouble(parse(raw, "rset", self._peer_name), False))
            return
        if self._current is None:
            self._stage = _IDLE
            self._go_on()
        else:
            self._stage = _MAIL

    # -- envelopes ----------------------------------------------------------------------------------------

    def _next(self) -> Envelope | None:
        """Take the next envelope that this peer can be offered; its commands are in `_opening` then.

        What the peer cannot take is refused here, which is that recipient's verdict.
        """
        peer, commands, source = self.peer, self._commands, self._source
        assert peer is not None
        assert commands is not None
        while (envelope := source.take(peer)) is not None:
            opening = commands.open(envelope)
            if isinstance(opening, bytes):
                self._opening = opening
                return envelope
            source.replied(envelope, opening)
        return None

    def _begin_body(self) -> None:
        """354: hand over the body, and behind it, in the same write, the commands of the next envelope."""
        self._left -= 1
        following = None
        if self._left > 0 and not self._retiring:
            following = self._next()
            if (
                self._stage is not _DATA
            ):  # the source called stop(): the body that was about to begin is back already
                if following is not None:
                    self._source.unsent(following, _STOPPED)
                return
        self._stage = _DOT
        self._transaction = False
        self._following = following
        self.outgoing.append(self._current.data)  # type: ignore[union-attr]
        if following is not None and self._pipelining:
            self.outgoing.append(self._opening)

    def _go_on(self, prefix: bytes = b"", stage: Stage = Stage.MAIL) -> None:
        """Open the next envelope, if there is one; `prefix`, which `stage` awaits the answer to, is written first.

        Without PIPELINING nothing is written behind `prefix`.
        """
        envelope = None
        if not self._stopped and not self._retiring and self._left > 0 and (self._pipelining or not prefix):
            envelope = self._next()
            if envelope is not None and self._stopped:
                self._source.unsent(envelope, _STOPPED)
                envelope = None
        self._current = envelope
        if envelope is not None:
            self._step += 1
            self._stage = stage
            opening = self._opening if self._pipelining else self._opening.splitlines(True)[0]
            self.outgoing.append(prefix + opening)
        elif prefix:
            self._stage = stage
            self.outgoing.append(prefix)
        elif self._retiring or self._left <= 0:
            self._quit()
        else:
            self._stage = _IDLE

    def _write_unless_pipelined(self, line: int) -> None:
        if not self._pipelining:
            self.outgoing.append(self._opening.splitlines(True)[line])

    def _clear(self) -> None:
        """End the transaction that a refusal left open, and go on."""
        if self._transaction:
            self._transaction = False
            self._go_on(b"RSET\r\n", _RESET)
        else:
            self._stage = _IDLE
            self._go_on()

    def _release(self) -> Envelope:
        """The current envelope, which now has its fate."""
        done, self._current = self._current, None
        assert done is not None
        return done

    def _give_back_current(self, cause: str) -> None:
        envelope, self._current = self._current, None
        if envelope is not None:
            self._source.unsent(envelope, cause)

    def _give_back_following(self, cause: str) -> None:
        envelope, self._following = self._following, None
        if envelope is not None:
            self._source.unsent(envelope, cause)

    # -- endings ------------------------------------------------------------------------------------------

    def _closed_by_server(self, raw: bytes) -> None:
        if self._stage is _IDLE:  # it grew tired of an idle connection: nothing is wrong
            self._stage = _ENDED
            self._end(Ending.CLOSE)
        else:
            self._fail_with(Trouble(parse(raw, self.command, self._peer_name), False))

    def _fail(self, enhanced: str, cause: str, permanent: bool = False) -> None:
        self._fail_with(
            Trouble(Reply(0, enhanced, cause, self.command or "connect", self._peer_name), permanent)
        )

    def _fail_with(self, trouble: Trouble) -> None:
        """The connection is of no use any more: what it carried gets its fate, and the source hears why."""
        begun = self._stage is _DOT
        self._stage = _ENDED
        self.failure = trouble
        self._end(Ending.ABORT)
        cause = str(trouble.reply)
        if begun:
            self._source.unanswered(self._release(), cause)
        else:
            self._give_back_current(cause)
        self._give_back_following(cause)
        self._source.trouble(*trouble)

    def _quit(self) -> None:
        self._stage = _QUIT
        self._step += 1
        self.outgoing.append(b"QUIT\r\n")

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        self.wants_tls = False
        if ending is Ending.ABORT:
            self.outgoing.clear()
