"""How long to wait for what (RFC 5321 §4.5.3.2)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from penstock.transport.smtp.stage import Stage


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds of patience at each point of the dialogue; the defaults are the RFC's minima.

    They are checked by a sweep, not by a timer per command, so that one may run over by `interval`.
    """

    connect: float = 30.0  # until TCP is connected; the RFC leaves it to the system, which waits minutes
    tls: float = 30.0  # until the TLS handshake is done
    greeting: float = 300.0  # §4.5.3.2.1
    command: float = 300.0  # EHLO, AUTH, MAIL (§4.5.3.2.2), RCPT (§4.5.3.2.3), RSET
    data: float = 120.0  # §4.5.3.2.4
    block: float = 180.0  # until some of the body that waits to be written is taken (§4.5.3.2.5)
    dot: float = 600.0  # §4.5.3.2.6
    quit: float = 5.0  # the answer to QUIT changes nothing any more
    idle: float = 30.0  # a connection without work is closed after this

    @property
    def interval(self) -> float:
        """Seconds between two sweeps: a quarter of the shortest patience, one second at most."""
        shortest = min(float(getattr(self, field.name)) for field in fields(self))
        return max(0.02, min(1.0, shortest / 4))


class Watch:
    """Tells how long a dialogue has made no progress, without a clock reading for each message."""

    __slots__ = ("_mark", "_since", "timeouts")

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._mark: tuple[int, int] | None = None
        self._since = 0.0

    def waited(self, now: float, step: int, unwritten: int) -> float:
        """Seconds since `step` (a count of replies and writes) or `unwritten` (bytes) last changed."""
        if (mark := (step, unwritten)) != self._mark:
            self._mark, self._since = mark, now
        return now - self._since

    def patience(self, stage: Stage, command: str, unwritten: int) -> float:
        """Seconds to wait for the answer to `command` at `stage`."""
        timeouts = self.timeouts
        match stage:
            case Stage.IDLE:
                return timeouts.idle
            case Stage.QUIT | Stage.ENDED:
                return timeouts.quit
            case Stage.DATA:
                return timeouts.data
            case Stage.DOT | Stage.LONE_DOT:
                return timeouts.block if unwritten else timeouts.dot
        return timeouts.greeting if command == "greeting" else timeouts.command
