"""Mail transactions on a connection that is ready: MAIL, RCPT, DATA and the body, without I/O (RFC 5321 §3.3).

With PIPELINING (RFC 2920) one write carries `body CRLF . CRLF MAIL RCPT DATA`, the commands being those of the next
envelope, which is taken when the 354 for this one arrives; so a message costs one round trip. At any time there are
thus at most two envelopes here: `_current`, to which the next reply belongs, and `_following`, taken but certainly
not begun. Without PIPELINING `_following` is taken as early, and its commands go out one by one.
"""

from __future__ import annotations

from penstock.transport.envelope import Envelope, Peer, Source
from penstock.transport.reply import Reply, Trouble, parse
from penstock.transport.smtp.commands import Commands
from penstock.transport.smtp.stage import Ending, Stage
from penstock.transport.smtp.verdicts import verdicts_of

# Names without a dot for the path that every message takes.
_IDLE, _RESET, _MAIL, _RCPT, _DATA = Stage.IDLE, Stage.RESET, Stage.MAIL, Stage.RCPT, Stage.DATA
_DOT, _LONE_DOT, _QUIT, _ENDED, _TAKING = Stage.DOT, Stage.LONE_DOT, Stage.QUIT, Stage.ENDED, Stage.TAKING

STOPPED = "stopped before the body began"


class HandOff:
    """The transactions of one connection; `limit` is the number of bodies it may carry."""

    def __init__(self, source: Source, peer_name: str, limit: int) -> None:
        self.outgoing: list[bytes] = []
        self.ending: Ending | None = None
        self.wants_tls = False
        self.failure: Trouble | None = None  # why it ended, if that was trouble
        self.verdicts = 0  # replies to a dot on this connection
        self.peer: Peer | None = None  # once ready
        self._source = source
        self._peer_name = peer_name
        self._left = limit
        self._stage = Stage.OPENING
        self._step = 0  # counts replies and writes, for the watch
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
        verdicts = verdicts_of(peer_name)
        self._known, self._learn = verdicts.known, verdicts.learn

    @property
    def command(self) -> str:
        """The command whose answer is awaited, as in Reply.command."""
        return "dot" if self._stage is _LONE_DOT else self._stage.value

    # -- replies ------------------------------------------------------------------------------------------

    def _burst_received(self, data: bytes) -> bool:
        """If `data` is a verdict and the usual answers to the pipelined commands behind it, deal with all of it."""
        burst = self._burst
        if burst is None or self._stage is not _DOT or not data.endswith(burst):
            return False
        line = data[: -len(burst)]
        reply = self._known.get(line) or self._learn(line)
        if reply is None:
            return False
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
        return True

    def _transaction_answered(self, raw: bytes) -> None:
        """One complete reply, other than 421, to the oldest open command before the dot."""
        stage = self._stage
        if stage is _MAIL:
            self._mail_answered(raw)
        elif stage is _RCPT:
            self._rcpt_answered(raw)
        elif stage is _DATA:
            self._data_answered(raw)
        elif stage is _RESET or stage is _LONE_DOT:
            self._cleared(raw)
        else:
            self._fail("4.5.0", "the server answered what nobody asked")

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
            if self._current is not None:
                # Only replies that let an envelope pass are remembered as the usual ones.
                self._burst = self._burst_seen + raw if self._pipelining else None
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
        reply = self._known.get(raw) or self._learn(raw) or parse(raw, "dot", self._peer_name)
        done = self._release()
        self._current, self._following = self._following, None
        self._stage = _TAKING if self._current is None else _MAIL
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
            if self._stage is not _DATA:  # the source called stop(): this envelope is back there already
                if following is not None:
                    self._source.unsent(following, STOPPED)
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
        self._stage = stage if prefix else _TAKING
        envelope = None
        if not self._stopped and not self._retiring and self._left > 0 and (self._pipelining or not prefix):
            envelope = self._next()
            if envelope is not None and self._stopped:
                self._source.unsent(envelope, STOPPED)
                envelope = None
        self._current = envelope
        if envelope is not None:
            self._step += 1
            self._stage = stage
            opening = self._opening if self._pipelining else self._opening.splitlines(True)[0]
            self.outgoing.append(prefix + opening)
        elif prefix:
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
