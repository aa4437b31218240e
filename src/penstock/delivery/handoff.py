"""The hot path: from a claimed recipient to an envelope, and from a reply to a row for the ledger. No I/O, no await.

A `HandOff` is the source that the pool of connections takes envelopes from (penstock.transport.envelope.Source).
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from penstock.content.dkim import SigningError
from penstock.content.links import tokens
from penstock.content.message import RenderError
from penstock.delivery import record
from penstock.delivery.channel import NotNow, Order, OtherParts
from penstock.delivery.claim import Held, Item, Turn
from penstock.delivery.outcome import BOUNCED, Outcome, State, age, blames_sender, decide, template
from penstock.delivery.sparing import Spared, Suspects
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply

ACCEPTED: Final = int(State.ACCEPTED)
DROPS: Final = 5
"""Connections that one recipient may cost before it is deferred: it may be the one that makes the server hang up."""
LONGEST: Final = 500
"""Characters of a reply that the ledger keeps: the dictionary's index takes 2,704 octets."""
DICTIONARY: Final = 5000
"""Entries of the dictionary of replies that one lane may make; a peer that never says the same thing twice gets no more."""
REFUSALS: Final = 20
"""Refusals of MAIL in a row that are not the recipients' fault any more."""


FOR_NOW: Final = Reply(451, "", "", "dot", "")
WITHHELD: Final = Reply(0, "", "withheld: its domain is switched off", "return", "")
SET_APART: Final = Reply(0, "", "set apart: its domain has a pace of its own", "return", "")
OTHER_PARTS: Final = Reply(0, "", "set apart: its message takes another number of parts", "return", "")
NOT_NOW: Final = Reply(0, "", "not now: it is outside its sending hours, or quiet there", "return", "")
GIVEN_BACK: Final = Reply(0, "", "given back: sending was stopped", "return", "")
Words = tuple[int, str, str, str]
"""An entry of the dictionary of replies: code, enhanced code, text with {} for what varies, command."""


class Fence:
    """Until when the sender may believe the database is there and its lock held (monotonic seconds)."""

    GRACE: Final = 1.5

    def __init__(self) -> None:
        self.until = time.monotonic() + self.GRACE

    def answered(self) -> None:
        """The database has just answered."""
        self.until = time.monotonic() + self.GRACE


class HandOff:
    """The recipients claimed by one lane, on their way out, and the outcomes that wait to be recorded."""

    def __init__(self, order: Order, fence: Fence, ready: Callable[[], None]) -> None:
        self.order, self.fence, self._ready = order, fence, ready
        self.queue: deque[Item] = deque()
        self.step = 100  # outcomes after which a turn at the database is worth it
        self.stop: Callable[[], object] = lambda: None  # Pool.stop, once there is a pool
        self.withheld: frozenset[str] = frozenset()  # domains that a kill switch keeps back
        self.apart: frozenset[str] = frozenset()  # domains with a pace of their own
        self.suspects = Suspects()
        self._suspected = self.suspects.found  # empty in all but bad times: asked for every message
        self.to_spare: dict[str, Spared] = {}  # domains that are to be asked less
        self.spared: dict[str, float] = {}  # those that are, and at which rate
        self.giving_back = False  # stopped by a command: what has not begun is returned
        self.fenced = False
        self.limited = False
        self.allowance = 1  # messages, or parts of them, that may begin where it is limited; below 0: the last took more than there were
        self.trouble_since: float | None = None
        self.last_trouble: Reply | None = None
        self.stopped_by: tuple[str, str] | None = (
            None  # (code, text) of an interruption that this lane asks for
        )
        self.numbers: dict[Words, int] = {}  # the dictionary of replies, as far as we have met it
        self._rows: list[bytes] = []
        self._unnumbered: list[
            tuple[Item, Words, str | None, Outcome, int]
        ] = []  # whose reply has no number yet
        self._due: list[dict[str, Any]] = []
        self._changed: dict[Held, None] = {}
        self._drops: Counter[int] = Counter()
        self._refused_in_a_row = 0
        self._last_reply: Reply | None = None
        self._last_number = 0
        self._last_detail: str | None = None
        self._usual: Words | None = (
            None  # the words of the last acceptance before its queue id, where it has one
        )
        self._date_at, self._date = 0, b""

    # -- what the pool asks -------------------------------------------------

    def take(self, peer: Peer) -> Any:
        """The next recipient's envelope; None when nothing is claimed, nothing may begin, or the rate is used up."""
        if time.monotonic() > self.fence.until:
            self.fenced = True
            self.stop()
            return None
        queue, order = self.queue, self.order
        while queue and self.allowance > 0:
            item = queue.popleft()
            row = item.row
            if row[1] is not None:
                self._note(item, Reply(0, "", row[1], "skip", ""), Outcome(State.SKIPPED))
                continue
            public, private = tokens(order.mailing, row[0], order.key)
            try:
                envelope = order.envelope(item, row, public, private, self._today(), peer)
            except RenderError as error:
                self._note(item, Reply(0, "", f"template_error: {error}", "skip", ""), Outcome(State.SKIPPED))
                continue
            except OtherParts as other:
                self._note(item, OTHER_PARTS, Outcome(State.RETURNED, parts=other.parts))
                continue
            except NotNow as shut:
                self._note(item, NOT_NOW, Outcome(State.RETURNED, shut.seconds))
                continue
            except SigningError as error:  # it is not the recipient's fault, and nobody gets it unsigned
                queue.appendleft(item)
                self.stopped_by = ("technical", str(error))
                self.stop()
                break
            if self.limited:
                self.allowance -= item.held.parts
            return envelope
        self._ready()
        return None

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        """The peer's verdict. The usual one, the same words as before, is the path that counts."""
        item, order = envelope.key, self.order
        detail = self._last_detail
        if reply is self._last_reply or reply == self._last_reply or (detail := self._queue_id(reply)):
            held = item[0]
            self._rows.append(
                record.pack_with_detail(record.now(), order.mailing, held.no, item[1][0], self._last_number,
                                        order.transport, ACCEPTED, detail)
            )  # fmt: skip
            held.counts[ACCEPTED] += 1
            self._changed[held] = None
            if self._suspected:
                self.suspects.took(self.order.domain_of(item[1]), held.parts)
        else:
            self._judge(item, reply)
        if len(self._rows) >= self.step:
            self._ready()

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        """The body had begun and no answer came: in doubt; or under never_lost, deferred."""
        item = envelope.key
        reply = Reply(0, "", cause, "doubt", "")
        later = self._later(item) if self.order.never_lost else BOUNCED
        self._note(item, reply, later if later.state is State.DEFERRED else Outcome(State.IN_DOUBT))

    def unsent(self, envelope: Envelope, cause: str) -> None:
        """Certainly not sent: to the front of the queue, or given back when we have been stopped."""
        item = envelope.key
        seq = item.row[0]
        if self.limited:
            self.allowance += item.held.parts
        if self.giving_back:
            self._return(item)
            return
        if self.withheld and self.order.domain_of(item.row) in self.withheld:
            self._withhold(item)
            return
        if not self.fenced:
            self._drops[seq] += 1
        if self._drops[seq] > DROPS:
            reply = Reply(0, "", f"could not be handed over {DROPS} times: {cause}", "return", "")
            self._note(item, reply, self._later(item))
        else:
            self.queue.appendleft(item)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """A connection could not be made or kept. What trying again cannot mend interrupts the mailing."""
        self.last_trouble = reply
        self._last_reply = None  # so that the next verdict, whatever it is, is seen to end the trouble
        if self.trouble_since is None:
            self.trouble_since = time.monotonic()
        if permanent:
            self.stopped_by = ("technical", f"{reply.peer}: {reply}" if reply.peer else str(reply))
            self._ready()

    def forgive(self) -> None:
        """Forget past troubles: the mailing has been resumed."""
        self.stopped_by = self.trouble_since = self.last_trouble = None
        self._refused_in_a_row = 0

    # -- outcomes -----------------------------------------------------------

    def _judge(self, item: Item, reply: Reply) -> None:
        self.trouble_since = None
        outcome = decide(reply, item.held.attempt + 1, age(item.since), self.order.schedule)
        if outcome.state is not State.ACCEPTED:
            self._suspect(item, reply)
        elif self._suspected:
            self.suspects.took(self.order.domain_of(item.row), item.held.parts)
        if blames_sender(reply):
            self._refused_in_a_row += 1
            self._last_reply = None  # so that the next acceptance is seen to end the row
            if self._refused_in_a_row >= REFUSALS:
                self.stopped_by = ("provider_refusal", f"the server refuses the sender: {reply}")
        else:
            self._refused_in_a_row = 0
        words, detail = self._note(item, reply, outcome)
        if outcome.state is State.ACCEPTED and words in self.numbers:
            self._last_reply, self._last_number, self._last_detail = reply, self.numbers[words], detail
            ends_in_queue_id = detail is not None and words[2].endswith("{}")
            self._usual = (*words[:2], words[2][:-2], words[3]) if ends_in_queue_id else None

    def _suspect(self, item: Item, reply: Reply) -> None:
        """Have the domain spared that refuses many for now."""
        name = self.order.domain_of(item.row)
        spared = self.suspects.refused(name, reply, time.monotonic(), self.spared.get(name), item.held.parts)
        if spared is not None:
            self.to_spare[name] = spared
            self._ready()

    def _queue_id(self, reply: Reply) -> str | None:
        """What follows the usual words when the reply is the usual one but for a queue id at its end."""
        usual = self._usual
        if usual is None or self._last_reply is None or reply[0] != usual[0] or reply[3] != usual[3]:
            return None
        if reply[1] != usual[1] or not reply[2].startswith(usual[2]):
            return None
        rest = reply[2][len(usual[2]) :]
        return rest if rest.isalnum() else None

    def _later(self, item: Item) -> Outcome:
        """To be tried again in its time, within the window, as after a temporary refusal."""
        return decide(FOR_NOW, item.held.attempt + 1, age(item.since), self.order.schedule)

    def _return(self, item: Item) -> None:
        self._note(item, GIVEN_BACK, Outcome(State.RETURNED))

    def _note(self, item: Item, reply: Reply, outcome: Outcome) -> tuple[Words, str | None]:
        words, detail = words_of(reply)
        if words not in self.numbers and len(self.numbers) >= DICTIONARY:
            words, detail = (reply.code, reply.enhanced, "{}", reply.command), reply.text
        noted = (item, words, detail, outcome, record.now())
        if words in self.numbers:
            self._emit(*noted)
        else:
            self._unnumbered.append(noted)
            if len(self._unnumbered) >= self.step:
                self._ready()
        return words, detail

    def _emit(self, item: Item, words: Words, detail: str | None, outcome: Outcome, at: int) -> None:
        """Put an outcome among the rows to be recorded, its count and its due time with it."""
        held, order = item.held, self.order
        held.counts[outcome.state] += 1
        self._changed[held] = None
        if outcome.state in (State.DEFERRED, State.RETURNED):
            self._due.append(self.waits(item, outcome))
        if self._drops:
            self._drops.pop(item.row[0], None)
        number = self.numbers[words]
        self._rows.append(
            record.pack_with_detail(
                at, order.mailing, held.no, item.row[0], number, order.transport, outcome.state, detail
            )
        )

    def waits(self, item: Item, outcome: Outcome) -> dict[str, Any]:
        """The row of one who waits again: deferred, or given back."""
        tried = outcome.state is State.DEFERRED
        retry = item.held.kind == "retry"
        return {
            "seq": item.row[0], "package": item.held.no, "why": "deferred" if tried or retry else "returned",
            "in": None if math.isinf(outcome.due_in) else outcome.due_in, "since": (item.since or datetime.now(UTC)).isoformat(),
            "attempt": item.held.attempt + tried, "parts": outcome.parts or item.held.parts,
        }  # fmt: skip

    def give_back(self) -> None:
        """Return everything that has not been taken: the cursor goes back over what was claimed last, the rest is recorded."""
        queue = self.queue
        while queue and queue[-1].held.give_back(queue[-1].row[0]):
            self._changed[queue.pop().held] = None
        while queue:
            self._return(queue.popleft())

    def withhold(self, domains: frozenset[str]) -> None:
        """Keep back the recipients of these domains from now on, also those that have been claimed and not taken."""
        if domains != self.withheld:
            self.withheld = domains
            self._sort_again()

    def limit(self, *, limited: bool, apart: frozenset[str]) -> None:
        """From now on messages begin with an allowance or without, and the recipients of these domains are set apart."""
        self.allowance = (self.allowance if self.limited else 0) if limited else 1
        self.limited = limited
        if apart != self.apart:
            self.apart = apart
            self._sort_again()

    def _sort_again(self) -> None:
        waiting, self.queue = self.queue, deque()
        self.extend(waiting)

    def extend(self, items: Iterable[Item]) -> None:
        """Take claimed recipients into the queue, but for those who are withheld or set apart."""
        if not self.withheld and not self.apart:
            self.queue.extend(items)
            return
        for item in items:
            name = self.order.domain_of(item.row)
            if name in self.withheld:
                self._withhold(item)
            elif name in self.apart and not item.held.apart:
                self._note(
                    item, SET_APART, Outcome(State.RETURNED)
                )  # due at once, in a package of its domain
            else:
                self.queue.append(item)
        self._ready()

    def _withhold(self, item: Item) -> None:
        """It waits again, until the switch is lifted."""
        self._note(item, WITHHELD, Outcome(State.RETURNED, math.inf))

    def return_all(self, lost: Container[Held]) -> None:
        """Return what has not been taken of packages that are in other hands now."""
        mine = [item for item in self.queue if item.held not in lost]
        for item in self.queue:
            if item.held in lost:
                self._return(item)
        self.queue = deque(mine)

    # -- what the lane asks ---------------------------------------------------

    @property
    def unrecorded(self) -> int:
        """Outcomes that wait to be recorded."""
        return len(self._rows) + len(self._unnumbered)

    def new_words(self) -> list[Words]:
        """Replies that have no number in the dictionary yet, once each."""
        return list(dict.fromkeys(words for _, words, _, _, _ in self._unnumbered))

    def collect(self, released: Callable[[Held], bool]) -> Turn:
        """Hand over what is to be recorded; those whose reply has no number yet wait for the next turn."""
        unnumbered, self._unnumbered = self._unnumbered, []
        for noted in unnumbered:
            if noted[1] in self.numbers:
                self._emit(*noted)
            else:
                self._unnumbered.append(noted)
        records = []
        for held in self._changed:
            counts, held.counts = held.counts, [0] * 8
            held.batch += 1
            unclaimed, held.unclaimed = held.unclaimed, 0
            held.unrecorded -= sum(counts) + unclaimed
            records.append({
                "no": held.no, "epoch": held.epoch, "batch": held.batch, "release": released(held), "unclaim": unclaimed,
                **{state.name.lower(): counts[state] for state in State if state is not State.DELIVERED},
            })  # fmt: skip
        turn = Turn(self._rows, records, self._due)
        self._rows, self._due, self._changed = [], [], {}
        return turn

    def touch(self, held: Held) -> None:
        """Have `held` in the next record although nothing is new: to release it."""
        self._changed[held] = None

    def _today(self) -> bytes:
        now = int(time.time())
        if now != self._date_at:
            self._date_at = now
            self._date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now)).encode()
        return self._date


def words_of(reply: Reply) -> tuple[Words, str | None]:
    """The entry of a reply in the dictionary, and what is left over: its variable part."""
    text, detail = template(reply.text if len(reply.text) <= LONGEST else reply.text[: LONGEST - 1] + "…")
    return (reply.code, reply.enhanced, text, reply.command), detail
