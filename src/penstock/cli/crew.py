"""The sender that a command brings along, and whether one is at work elsewhere."""

import subprocess
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import psycopg

from penstock.cli.endings import Failure
from penstock.cli.screen import tell
from penstock.platform import leash

_PATIENCE = 15.0  # seconds for what is on the wire when the sender is asked to end
_SILENCE = 1.5  # seconds of waiting for the database without a word
_ENDS = 5  # times that the sender is started again

# Whoever sends holds the advisory lock (7002, its number) for as long as it lives: penstock.delivery.sender.LOCK.
_AT_WORK = """
select count(*) from pg_locks l join delivery_sender s on s.id = l.objid::bigint
 where l.locktype = 'advisory' and l.classid = 7002 and l.objsubid = 2 and l.granted
   and l.database = (select oid from pg_database where datname = current_database())
"""


class Crew:
    """One sender process of our own. It is started early, so that it is warm when there is something to send.

    It has a session of its own: Ctrl-C reaches us alone, and we decide.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ends = 0
        self._preparing: threading.Thread | None = None
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def start_when(self, ready: Callable[[], object], *, now: bool = True) -> None:
        """Start the sender as soon as `ready` has returned, beside whatever is done meanwhile; `wait` for it.

        Without `now` only `ready` is called: it is not known yet whether a sender of our own is needed.
        """

        def prepare() -> None:
            try:
                ready()
                if now:
                    self.start()
            except Exception as error:
                self._error = error

        self._preparing = threading.Thread(target=prepare)
        self._preparing.start()

    def wait(self) -> None:
        """Wait until the sender is started, and raise what kept it from that."""
        if self._preparing is None:
            return
        self._preparing.join(_SILENCE)
        if self._preparing.is_alive():
            tell("Getting the database ready; the first time takes some seconds.")
            self._preparing.join()
        if self._error is not None:
            raise self._error

    def start(self) -> None:
        """Start the sender; its messages go to our stderr."""
        self._process = subprocess.Popen(
            leash.command("penstock.delivery.sender"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def aboard(self) -> bool:
        """Whether this command has a sender of its own."""
        return self._process is not None

    def keep(self) -> None:
        """Start the sender again when it was killed. Raises Failure when it keeps ending by itself."""
        if self._process is None or (status := self._process.poll()) is None:
            return
        self._ends += 1
        if self._ends > _ENDS:
            self._process = None
            raise Failure(
                f"The sender has ended {self._ends} times, lastly with status {status}.",
                "Nothing is lost: see what it said above, mend it, and go on with `penstock mailing watch ID --work`.",
            )
        tell(f"The sender ended with status {status}; another goes on.")
        self.start()

    def dismiss(self, patience: float = _PATIENCE) -> None:
        """Ask the sender to end; wait until what was on the wire is recorded, `patience` seconds at most."""
        if self._preparing is not None:
            self._preparing.join()
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            pass  # it goes on alone until its last answer has come or timed out, then ends
        finally:
            if process.stdin:
                process.stdin.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.dismiss(0.0 if isinstance(error, KeyboardInterrupt) else _PATIENCE)


def senders_at_work(conn: psycopg.Connection[Any]) -> int:
    """Return how many living senders this database has, on any machine."""
    row = conn.execute(_AT_WORK).fetchone()
    return int(row[0]) if row else 0
