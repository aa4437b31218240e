"""The events of a simulation, in order: starts, releases, packages done, retries, pauses, deaths."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from typing import Any, Final

from bench.simulation import decisions
from bench.simulation.flow import Meter, Stream, Worker, filled, settle_rates
from bench.simulation.load import COSTS, Load
from bench.simulation.running import Due, Package, Running
from bench.simulation.scenario import Scenario
from penstock.delivery.outcome import Schedule, State, decide
from penstock.delivery.sender import LANES
from penstock.delivery.window import window
from penstock.delivery.yielding import STINT, yielding
from penstock.transport.reply import Reply

REFUSED: Final = Reply(451, "4.2.1", "mailbox busy", "rcpt", "")
NOTED: Final = 300.0
"""Seconds after which what a slow package has done so far is looked at, so that its retries do not wait for its end."""
RESCUE: Final = 2.0
"""Seconds from the death of a sender until its packages go on: its lock is free at once, the ticker looks once a second."""
SHARED: Final = 5.0
"""Seconds after an event until it is felt by whoever shares a meter or a worker with it; senders look once a second."""
EVEN: Final = 0.01
"""A change of less than this part of a rate is none."""
PARTS: Final = 6
"""The deferred of one package come back in at most so many groups; in truth each at a time of its own."""
SMALL: Final = 500
"""A retry of so few is one turn of a lane: it takes no time of its own here."""


class Engine:
    """One run of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.chance = random.Random(scenario.seed)
        self.now, self._order = 0.0, 0
        self.events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.load = Load(scenario.nodes, scenario.days * 1440)
        self.schedule = Schedule()
        self.workers = [Worker(number, scenario.per_worker) for number in range(scenario.workers)]
        self.mailings = [Running(wanted, wanted.number % scenario.nodes) for wanted in scenario.mailings]
        self.sequences: dict[int, list[Running]] = {}
        self._hungry: set[Running] = set()
        self._room_at = self._shared_at = 0.0
        self._meters: dict[tuple[str, Any], Meter] = {
            **{("domain", name): Meter(rate) for name, rate in scenario.domain_rates.items()},
            **{("account", number): Meter(rate) for number, rate in scenario.account_rates.items()},
            **{("mailing", each.number): Meter(each.wanted.rate) for each in self.mailings if each.wanted.rate},
        }  # fmt: skip
        self._changed_meters: set[Meter] = set()
        self._changed_workers: set[Worker] = set()

    def run(self) -> float:
        """Until nothing is left to do; returns when that is."""
        for mailing in self.mailings:
            self.at(mailing.wanted.start, self.begin, mailing)
            for when, what in zip(mailing.wanted.pause or (), (self.pause, self.resume), strict=False):
                self.at(when, what, mailing)
        for when, worker, away in self.scenario.deaths:
            self.at(when, self.die, self.workers[worker])
            self.at(when + away, self.revive, self.workers[worker])
        while self.events:
            self.now, _, action, given = heapq.heappop(self.events)
            action(*given)
            if (self._changed_meters or self._changed_workers) and self._shared_at <= self.now:
                self._shared_at = self.now + SHARED
                self.at(self._shared_at, self._flow_on)
        self.load.beats(len(self.workers), self.now)
        return self.now

    def at(self, when: float, action: Callable[..., None], *given: Any) -> None:
        """Do it then."""
        self._order += 1
        heapq.heappush(self.events, (when, self._order, action, given))

    # -- mailings -------------------------------------------------------------

    def begin(self, mailing: Running) -> None:
        """Its time has come: it is frozen, or waits for its turn in the sequence."""
        if mailing.wanted.plan["kind"] == "sequence" and mailing.state == "scheduled":
            mailing.state = "queued"
            self.sequences.setdefault(mailing.wanted.account, []).append(mailing)
            self._promote(mailing.wanted.account)
            return
        mailing.state = "starting"
        takes = max(0.01, mailing.wanted.recipients * COSTS.frozen_cpu)
        self.load.freezes(mailing.node, self.now, self.now + takes, mailing.wanted.recipients)
        self.at(self.now + takes, self.frozen, mailing)

    def _promote(self, account: int) -> None:
        queue = self.sequences.get(account, [])
        if queue and decisions.promotes([each.state for each in self.mailings if _sequential(each, account)]):
            self.begin(queue.pop(0))

    def frozen(self, mailing: Running) -> None:
        """The audience is written: packages may be claimed from their release on."""
        mailing.freeze(self.now)
        if mailing.state == "starting":
            mailing.state = "sending"
        for when in sorted({when for when, _, _ in mailing.ahead}):
            self.at(max(when, self.now), self.release, mailing)

    def release(self, mailing: Running) -> None:
        """Some of its packages have come to their time."""
        mailing.release(self.now)
        self._staff(mailing)

    def pause(self, mailing: Running) -> None:
        """Nothing may be claimed."""
        if mailing.state in ("sending", "finishing"):
            mailing.came_from, mailing.state = mailing.state, "paused"
            for worker in self.workers:
                for stream in list(worker.lanes.get(mailing, {}).values()):
                    self._leave(stream, back=True)

    def resume(self, mailing: Running) -> None:
        """Go on where it stopped."""
        if mailing.state == "paused":
            mailing.state = mailing.came_from
            self._next_packing(mailing)
            self._staff(mailing)

    def pack(self, mailing: Running, planned: float) -> None:
        """The ticker packs those who are due; an event that was planned for another time is no news."""
        if planned != mailing.packing_at:
            return
        mailing.packing_at = math.inf
        if mailing.state not in ("sending", "finishing"):
            return
        for package in mailing.pack(self.now):
            self._retry(mailing, package)
        self._staff(mailing)
        self._next_packing(mailing)
        self._notice_end(mailing)

    def _retry(self, mailing: Running, package: Package) -> None:
        """A small retry of a mailing without a limit of its own takes one turn of a lane; others wait for their turn."""
        if package.size > SMALL or mailing.wanted.rate:
            mailing.put(package)
            return
        self.load.opens(mailing.node, self.now)
        self._judge(mailing, package, package.size, self.now)

    def _next_packing(self, mailing: Running) -> None:
        if (when := max(self.now, mailing.next_packing())) < mailing.packing_at:
            mailing.packing_at = when
            self.at(when, self.pack, mailing, when)

    def _notice_end(self, mailing: Running) -> None:
        if mailing.state == "sending" and not mailing.plain_left:
            mailing.state, mailing.handed_off_at = "finishing", self.now
            self._promote(mailing.wanted.account)
        if mailing.state == "finishing" and mailing.settled == mailing.wanted.recipients:
            mailing.state, mailing.settled_at = "sent", self.now

    # -- lanes ----------------------------------------------------------------

    def _staff(self, mailing: Running) -> None:
        """Workers find that there is something to do."""
        if mailing.state not in ("sending", "finishing"):
            return
        for domain, waiting in mailing.waiting.items():
            while waiting:
                free = [w for w in self.workers if w.alive and domain not in w.lanes.get(mailing, ())
                        and (mailing in w.lanes or len(w.lanes) < LANES)]  # fmt: skip
                if not free:
                    self._hungry.add(mailing)
                    if self._room_at <= self.now and not mailing.lanes:
                        self._room_at = self.now + STINT
                        self.at(self._room_at, self.make_room)
                    break
                self._join(min(free, key=lambda w: (len(w.lanes), w.number)), mailing, domain)

    def _join(self, worker: Worker, mailing: Running, domain: str | None) -> None:
        package = mailing.take(domain, self.now)
        assert package is not None
        named = (("mailing", mailing.number), ("account", mailing.wanted.account), ("domain", domain))
        meters = [self._meters[name] for name in named if name in self._meters]
        s = self.scenario
        stream = Stream(
            worker, mailing, domain, package, meters, s.connections / s.connection, since=self.now
        )
        if mailing not in worker.lanes:
            worker.lanes[mailing], worker.begun[mailing] = {}, self.now
            mailing.lanes += 1
        worker.lanes[mailing][domain] = stream
        for meter in meters:
            meter.join(stream)
        self.load.opens(mailing.node, self.now)
        self._changed_meters.update(meters)
        self._changed_workers.add(worker)

    def _leave(self, stream: Stream, *, back: bool = False) -> None:
        """A stream ends; what is left of its package is waiting again."""
        worker, mailing = stream.worker, stream.mailing
        self._account(stream)
        stream.turn += 1
        for meter in stream.meters:
            meter.leave(stream)
        del worker.lanes[mailing][stream.domain]
        if not worker.lanes[mailing]:
            del worker.lanes[mailing], worker.begun[mailing]
            mailing.lanes -= 1
        if back:
            self._note(stream)
            mailing.put(stream.package)
        self._changed_meters.update(stream.meters)
        self._changed_workers.add(worker)

    def done(self, stream: Stream, turn: int) -> None:
        """A package is at its end, or a slow one is looked at in its midst."""
        if stream.turn != turn:
            return
        self._account(stream)
        mailing = stream.mailing
        self._note(stream)
        if stream.package.left > 0:
            self._expect(stream)
            return
        mailing.plain_left -= stream.package.kind == "plain"
        following = mailing.take(stream.domain, self.now)
        if following:
            self.load.opens(mailing.node, self.now)
            stream.package = following
            self._expect(stream)
        else:
            self._leave(stream)
            self._look(stream.worker)
        self._notice_end(mailing)

    def make_room(self) -> None:
        """Lanes make room for mailings that nobody sends, as every look of a sender may have it."""
        starving = self._starving()
        for worker in self.workers if starving else ():
            since = {mailing.number: begun for mailing, begun in worker.begun.items()}
            if not worker.alive or len(since) < LANES:
                continue
            gone = set(yielding(since, len(starving), self.now))
            for mailing in [each for each in worker.lanes if each.number in gone]:
                for stream in list(worker.lanes[mailing].values()):
                    self._leave(stream, back=True)
                self._hungry.add(mailing)
            self._look(worker)
        self._room_at = self.now + STINT if starving else 0.0
        if starving:
            self.at(self._room_at, self.make_room)

    def _starving(self) -> list[Running]:
        """Those with work for which no worker had a lane to spare."""
        self._hungry = {
            each
            for each in self._hungry
            if any(each.waiting.values()) and each.state in ("sending", "finishing")
        }
        return [each for each in self._hungry if not each.lanes]

    def _look(self, worker: Worker) -> None:
        """A lane is free: for whoever was served longest ago."""
        self._starving()
        for mailing in decisions.by_turn(self._hungry):
            if not worker.alive or len(worker.lanes) >= LANES:
                return
            for domain, waiting in mailing.waiting.items():
                if waiting and domain not in worker.lanes.get(mailing, ()):
                    self._join(worker, mailing, domain)

    # -- what flows -------------------------------------------------------------

    def _flow_on(self) -> None:
        """After some events: share anew what is shared, and reckon when the next packages are done."""
        workers = settle_rates(self._changed_meters) | self._changed_workers
        self._changed_meters, self._changed_workers = set(), set()
        for worker in workers:
            rates = filled(worker.capacity, {stream: stream.most for stream in worker.streams})
            for stream, rate in rates.items():
                if abs(rate - stream.rate) > EVEN * stream.rate:
                    self._account(stream)
                    stream.rate = rate
                    self._expect(stream)

    def _account(self, stream: Stream) -> None:
        """What it has sent since it was looked at last."""
        if self.now > stream.since and stream.rate:
            sent = min(stream.package.left, stream.rate * (self.now - stream.since))
            stream.package.left -= sent
            self.load.sends(stream.mailing.node, stream.since, self.now, stream.rate,
                            stream.mailing.wanted.rate, self.scenario.connections)  # fmt: skip
            if stream.package.left < 0.5:
                stream.package.left = 0.0
        stream.since = self.now

    def _expect(self, stream: Stream) -> None:
        """Look when its package is done; who has become slower is looked at in its midst, and again."""
        if stream.rate <= 0:
            return
        when = self.now + min(stream.package.left / stream.rate, NOTED)
        if not self.now < stream.expected_at <= when:
            stream.turn += 1
            stream.expected_at = when
            self.at(when, self.done, stream, stream.turn)

    def _note(self, stream: Stream) -> None:
        package = stream.package
        sent = package.size - int(package.left)
        self._judge(stream.mailing, package, sent - package.judged, package.begun_at)
        package.judged = sent

    def _judge(self, mailing: Running, package: Package, count: int, begun: float) -> None:
        """What servers answered to so many of a package, at some time between `begun` and now."""
        if count <= 0:
            return
        answers, attempt = self.scenario.answers, package.attempt + 1
        deferred = self._part(count, answers.for_now(attempt))
        bounced = self._part(count - deferred, answers.bounced) if attempt == 1 else 0
        mailing.accepted += count - deferred - bounced
        mailing.bounced += bounced
        self.load.defers(mailing.node, self.now, deferred)
        for size in _parts(deferred):
            answered = self.chance.uniform(max(begun, self.now - NOTED), self.now)
            self._wait_again(mailing, package, size, answered)
        self._next_packing(mailing)

    def _wait_again(self, mailing: Running, package: Package, count: int, answered: float) -> None:
        since = self.chance.choice(package.ages)[1] if package.ages else answered
        outcome = decide(REFUSED, package.attempt + 1, answered - since, self.schedule)
        if outcome.state is State.DEFERRED:
            self._order += 1
            due_at = max(self.now, answered + outcome.due_in)
            due = Due(due_at, self._order, count, since, package.attempt + 1, package.domain)
            mailing.wait_again(due, decisions.gathers(self.schedule, due.attempt))
        else:
            mailing.bounced += count

    def _part(self, count: int, share: float) -> int:
        return int(count * share + self.chance.random())

    # -- workers ------------------------------------------------------------------

    def die(self, worker: Worker) -> None:
        """Killed: what it had in hand is in doubt, the rest goes on with others."""
        worker.alive = False
        for stream in worker.streams:
            mailing, package = stream.mailing, stream.package
            rate, limit = stream.rate, mailing.wanted.rate
            self._leave(stream)
            self._note(stream)
            lost = min(int(package.left), window(rate, limit, self.scenario.connections))
            mailing.in_doubt += lost
            package.left, package.judged = package.left - lost, package.judged + lost
            self.at(self.now + RESCUE, self._rescued, mailing, package)

    def _rescued(self, mailing: Running, package: Package) -> None:
        if package.left > 0:
            mailing.put(package)
            self._staff(mailing)
        else:
            mailing.plain_left -= package.kind == "plain"
            self._notice_end(mailing)

    def revive(self, worker: Worker) -> None:
        """It is started again."""
        worker.alive = True
        self._look(worker)


def _sequential(mailing: Running, account: int) -> bool:
    return mailing.wanted.account == account and mailing.wanted.plan["kind"] == "sequence"


def _parts(count: int) -> list[int]:
    """Groups of about the same size."""
    groups = min(PARTS, -(-count // 10))
    return [count // groups + (place < count % groups) for place in range(groups)] if groups else []
