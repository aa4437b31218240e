"""The one who kills, stalls and pauses, and starts again what nobody else would."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any, TypeVar

import psutil
import psycopg

from bench import mailing as sending
from bench.arrivals import Arrivals
from bench.home import Home
from penstock.mailing import control, switches
from penstock.platform.trouble import Trouble
from penstock.report.progress import progress
from tests.torture.plan import Plan

SENDER = "penstock.delivery.sender"
Result = TypeVar("Result")


@dataclass
class Pause:
    """One pause: its answer, and how many messages each connection brought to the sink after it."""

    took: float
    leaving: int
    silent: list[str]
    after: dict[int, int]


@dataclass
class Chaos:
    """Carries out the events of a plan on a home, a worker and a sink."""

    home: Home
    plan: Plan
    sink: Popen[str]
    log: Path
    number: int = 0
    happened: list[str] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    looks: int = 0
    wrong: list[str] = field(default_factory=list)  # what did not add up while it ran

    def __post_init__(self) -> None:
        self.chance = random.Random(self.plan.seed + 1)
        self.began = time.monotonic()
        self.start_worker()

    # -- the run --

    def run(self) -> str:
        """Carry out every event, once messages arrive; then wait for the end. Returns the state the mailing ended in."""
        self.wait_for_arrivals()
        for wait, event in self.plan.draw():
            self.watch(wait)
            match self.state():
                case "sent":
                    break
                case "cancelled":
                    self.send_rest()
            self.say(event)
            getattr(self, event)()
        self.say("the rest is left in peace")
        self.sink.send_signal(signal.SIGUSR2)
        return self.finish()

    def arrivals(self) -> Any:
        """Reads what has come to the sink since it was made or last asked: `new` gives lines as of bench/sink.py."""
        return Arrivals(self.log)

    def wait_for_arrivals(self, patience: float = 30) -> None:
        arrivals, until = self.arrivals(), time.monotonic() + patience
        while not arrivals.new():
            if time.monotonic() > until:
                raise TimeoutError(
                    f"nothing has arrived after {patience:.0f} s; the mailing is {self.state()}: {self.reason()}"
                )
            self.watch(0.05)

    def finish(self) -> str:
        until, said = time.monotonic() + self.plan.patience, time.monotonic()
        while time.monotonic() < until:
            match self.state():
                case "sent":
                    return "sent"
                case "cancelled":
                    if not self.asked(lambda conn: progress(conn, self.number)).cancelled:
                        return "sent"  # what was prepared was everybody: there is no rest
                    self.send_rest()
                case "paused" | "interrupted" as state:
                    self.say(f"resume from {state}: {self.reason()}")
                    self.command("resume", reason="after the torture")
            if time.monotonic() > said + 5:
                said = time.monotonic()
                self.say(f"({self.asked(lambda conn: progress(conn, self.number)).figures()})")
            self.watch(0.2)
        return self.state()

    def watch(self, seconds: float) -> None:
        """Let time pass, looking again and again whether the states add up."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                with self.home.connect() as conn:
                    figures = progress(conn, self.number)
            except (psycopg.Error, Trouble):
                continue  # the database is down; the next look starts it
            self.looks += 1
            if figures.recipients not in (0, self.plan.recipients) or not figures.adds_up:
                self.wrong.append(f"progress does not add up: {figures}")
            time.sleep(min(left, 0.1))

    def say(self, event: str) -> None:
        self.happened.append(event)
        print(f"    {time.monotonic() - self.began:6.1f} s  {event}", flush=True)

    # -- the database, which may be dead at any moment --

    def asked(self, question: Callable[[psycopg.Connection[Any]], Result], patience: float = 30) -> Result:
        """Ask on a new connection, again while the database is dying or recovering."""
        until = time.monotonic() + patience
        while True:
            try:
                with self.home.connect() as conn:
                    return question(conn)
            except (psycopg.OperationalError, Trouble):
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def state(self) -> str:
        return self.asked(lambda conn: sending.state(conn, self.number))

    def reason(self) -> Any:
        asked = "select reason from mailing_mailing where id = %s"
        return self.asked(lambda conn: conn.execute(asked, (self.number,)).fetchone())

    def command(self, name: str, **given: Any) -> control.Answer | None:
        """Give a command; None where it no longer applies (or applied, and its answer was lost with the database)."""
        try:
            return self.asked(
                lambda conn: control.command(conn, self.number, name, sending.operator(), **given)
            )
        except control.Refused:
            return None

    # -- events --

    def start_worker(self) -> None:
        self.worker = self.home.start("worker", "--processes", str(self.plan.processes))

    def senders(self) -> list[psutil.Process]:
        found = []
        for process in psutil.Process(self.worker.pid).children(recursive=True):
            try:
                if SENDER in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def one_sender(self, patience: float = 10) -> psutil.Process | None:
        until = time.monotonic() + patience
        while not (found := self.senders()) and time.monotonic() < until:
            time.sleep(0.02)
        return self.chance.choice(found) if found else None

    def kill_sender(self) -> None:
        if (victim := self.one_sender()) is None:
            self.wrong.append("the worker has had no sender for 10 s")
            return
        kill(victim)

    def kill_worker(self) -> None:
        """The supervisor and all its senders at once; nobody but us starts them again."""
        root = psutil.Process(self.worker.pid)
        postmaster = self.home.postmaster().pid
        victims = [root, *(child for child in root.children(recursive=True))]
        for victim in victims:
            if victim.pid != postmaster and postmaster not in parents(victim):
                kill(victim)
        self.worker.wait()
        self.start_worker()

    def kill_database(self) -> None:
        try:
            kill(self.home.postmaster())
        except (StopIteration, psutil.Error):
            self.happened.append("(the database was dead already)")

    def kill_backend(self) -> None:
        """One server process: the postmaster then ends all others and recovers by itself."""
        try:
            backends = self.home.postmaster().children()
        except (StopIteration, psutil.Error):
            return
        if backends:
            kill(self.chance.choice(backends))

    def freeze_sender(self) -> None:
        """A machine that hangs and comes back: longer than the fence allows, sometimes longer than the rescue waits."""
        if (victim := self.one_sender()) is None:
            return
        victim.suspend()
        self.watch(self.chance.choice((1.0, 3.0, 8.0)))
        try:
            victim.resume()
        except psutil.NoSuchProcess:
            pass

    def stall_sink(self) -> None:
        self.sink.send_signal(signal.SIGSTOP)
        self.watch(self.chance.uniform(0.5, 2.5))
        self.sink.send_signal(signal.SIGCONT)

    def cut_connections(self) -> None:
        self.sink.send_signal(signal.SIGUSR1)

    def pause(self) -> None:
        """Pause, look what still arrives, resume."""
        arrivals = self.arrivals()
        asked = time.monotonic()
        answer = self.command("pause")
        answered = time.monotonic()
        if answer is None:
            return
        self.watch(self.chance.uniform(0.3, 1.0))
        after: dict[int, int] = {}
        late: set[str] = set()  # several parts of one message are one that was leaving
        for line in arrivals.new():
            if line.kind in "AXTP" and line.at > answered and line.recipient not in late:
                late.add(line.recipient)
                after[line.connection] = after.get(line.connection, 0) + 1
        self.pauses.append(Pause(answered - asked, answer.leaving, answer.silent, after))
        self.command("resume")

    def cancel(self) -> None:
        """Cancel, sometimes with what is prepared going out still, which may take as long as the whole mailing."""
        self.command("cancel", reason="torture", prepared=self.chance.choice(("drop", "deliver")))
        if self.chance.random() < 0.5:
            self.cut_connections()
        until = time.monotonic() + self.chance.uniform(0.5, 3)
        while self.state() == "cancelling" and time.monotonic() < until:
            self.watch(0.1)
        if self.state() == "cancelled":
            self.send_rest()

    def send_rest(self) -> None:
        """Everybody must be accounted for in the end: whom a cancellation left out gets it after all."""
        self.say("send_rest")
        self.command("send_rest", plan={"kind": "now"}, confirm=True)

    def withhold(self) -> None:
        """A kill switch on the transport for a moment."""
        asked = "select transport_id::text from mailing_mailing where id = %s"
        row = self.asked(lambda conn: conn.execute(asked, (self.number,)).fetchone())
        assert row
        given = {"scope": "transport", "value": row[0], "reason": "torture", "account": 1}
        self.asked(lambda conn: switches.put(conn, sending.operator(), **given))
        self.watch(self.chance.uniform(0.3, 1.0))
        for switch in self.asked(lambda conn: switches.listed(conn, 1)):
            self.asked(lambda conn, n=switch.id: switches.lift(conn, sending.operator(), n, "over"))


def kill(victim: psutil.Process) -> None:
    try:
        os.kill(victim.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def parents(process: psutil.Process) -> list[int]:
    try:
        return [parent.pid for parent in process.parents()]
    except psutil.Error:
        return []
