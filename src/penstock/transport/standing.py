"""Whether one server of several is in working order, judged by what happened there. Pure: the clock is given.

Set aside: after repeated troubles with its connections, one that will not pass by itself, or a row of refusals that are not the
recipients' fault. Then it gets one message now and then, at growing intervals; when that is taken it is sound again.
"""

from __future__ import annotations

from typing import Final, Literal

from penstock.transport.backoff import Backoff
from penstock.transport.reply import Reply, Trouble

TROUBLES: Final = 3
"""Troubles with its connections in a row, with no message answered in between."""
DEFERRALS: Final = 20
"""Temporary refusals in a row: a few are the recipients', so many are the server's."""
REFUSALS: Final = 5
"""Permanent refusals of the sender in a row."""

State = Literal["sound", "shaky", "aside"]


class Standing:
    """What is known of a server's health."""

    def __init__(self) -> None:
        self.state: State = "sound"
        self.trouble: Trouble | None = None  # the last one; None since a message was taken
        self.probing = False  # a message is there to try it
        self.spared = False  # set aside for its answers to messages, not for want of a connection
        self._troubles = self._deferrals = self._refusals = 0
        self._backoff = Backoff()

    @property
    def aside(self) -> bool:
        """It gets nothing but probes."""
        return self.state == "aside"

    @property
    def hopeless(self) -> bool:
        """Its last trouble will not pass by itself."""
        return self.trouble is not None and self.trouble.permanent

    def may_probe(self, now: float) -> bool:
        """Whether it may be tried with a message now."""
        return not self.probing and now >= self._backoff.until

    def rest(self, now: float) -> float:
        """Seconds until it may be tried."""
        return max(0.0, self._backoff.until - now)

    def answered(self, reply: Reply, now: float, *, others: bool) -> None:
        """A message was answered. `others`: another server is sound, so that this one can be spared."""
        blamed = reply.permanent and reply.command == "mail"
        if not (reply.temporary or blamed):
            self.reset()
            return
        self._troubles, self.probing = 0, False
        self._deferrals += reply.temporary
        self._refusals += blamed
        if self.aside or (others and (self._deferrals >= DEFERRALS or self._refusals >= REFUSALS)):
            self.spared = True
            self._set_aside(Trouble(reply, False), now)

    def failed(self, trouble: Trouble, now: float) -> None:
        """A connection could not be made or kept."""
        self.probing = self.spared = False
        self._troubles += 1
        if self.aside or self._troubles >= TROUBLES or trouble.permanent:
            self._set_aside(trouble, now)
        else:
            self.state, self.trouble = "shaky", trouble

    def unsent(self) -> None:
        """What was to try it came back: it proves nothing."""
        self.probing = False

    def reset(self) -> None:
        """It works, or is to be taken for sound."""
        self.state, self.trouble, self.probing, self.spared = "sound", None, False, False
        self._troubles = self._deferrals = self._refusals = 0
        self._backoff.reset()

    def _set_aside(self, trouble: Trouble, now: float) -> None:
        self.state, self.trouble = "aside", trouble
        self._backoff.failed(now, trouble.permanent)
