"""Centres that others wrote, as processes: the npm package `smpp`, and Perl's Net::SMPP. Both take the same orders.

Orders, each a member of one JSON object:

- `rules`: a list of {"on": …, "do": …}; the first that fits a request decides. `on` is `connect`, `bind`, `submit_sm`, `query_sm`,
  `enquire_link`, `unbind`, `receipt` (when one is sent) or `deliver_sm_resp` (when it is answered). A rule may fit only from the
  `from`-th such request on, every `every`-th, `count` times at most, and only for a `number` that matches. `do` is
  `refuse` or `nack` (with `status`), `slow` (`ms`), `cut` (taken, then the connection is cut without an answer), `silent` (taken,
  no answer), `answer and cut`; for submit_sm also `lose` and `lose and cut`, which are the same but not taken.
- `receipts`: {"after": ms, "failed" | "early" | "double" | "lost": every how many-th, "form": "usual" | "tlv" | "decimal" | "sloppy",
  "held": true, "off": true}. What is not confirmed with status 0 comes again, as real centres do it.
- `tls` (at the start, and of npm's only): a PEM file of key and certificate; the centre then speaks TLS from the first octet.
- `messages`: [{"from", "to", "text"}] from telephones; `cut`: so many connections; `unbind`: every session; `octets`: raw, hexadecimal.

The log is written before the answer: what a client was told is in it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.needs import missing, needs

HERE = Path(__file__).parent
JUDGES = HERE.parents[2] / "build" / "judges" / "node_modules"
KINDS: Final = ("node", "perl")
Rule = dict[str, Any]


@dataclass
class Centre:
    """One that runs; `lines` are the lines of its log that were read so far."""

    kind: str
    port: int
    log: Path
    process: subprocess.Popen[str]
    tls: bool = False
    lines: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    def url(self, **options: Any) -> str:
        """The terms of a transport that hands over to it."""
        given = "&".join(f"{name}={value}" for name, value in options.items())
        return f"smpp{'s' * self.tls}://penstock:secret@127.0.0.1:{self.port}?{given}"

    def order(self, **orders: Any) -> None:
        """Give orders, which stand on return; the counters of rules begin anew with new rules."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(orders) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n", f"the centre of {self.kind} has ended"

    def noted(self, kind: str = "") -> list[dict[str, Any]]:
        """Everything it has noted of this kind so far: `bind`, `submit`, `receipt`, `confirmed`, `query`, `closed`."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            whole, _, _ = log.read().rpartition(b"\n")
        if whole:
            self._read += len(whole) + 1
            self.lines += [json.loads(line) for line in whole.split(b"\n")]
        return [line for line in self.lines if not kind or line["kind"] == kind]


@contextmanager
def running(kind: str, place: Path, **orders: Any) -> Iterator[Centre]:
    """Run a centre of this kind with its log in the folder; the test is skipped where the library is missing."""
    log = place / f"{kind}_centre_{os.urandom(3).hex()}.log"
    process = subprocess.Popen(
        [*_command(kind), str(log), json.dumps(orders)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_PATH": str(JUDGES)},
    )
    assert process.stdout is not None
    try:
        yield Centre(kind, int(process.stdout.readline()), log, process, "tls" in orders)
    finally:
        process.kill()
        process.communicate()


def _command(kind: str) -> list[str]:
    if kind == "node":
        node = needs("node", "nodejs")
        if not (JUDGES / "smpp").is_dir():
            missing("npm's smpp is not installed: make judges")
        return [node, str(HERE / "node_centre.cjs")]
    perl = needs("perl", "perl")
    if subprocess.run([perl, "-MNet::SMPP", "-e1"], capture_output=True, check=False).returncode:
        missing("Perl's Net::SMPP is not installed: apt install libnet-smpp-perl")
    return [perl, str(HERE / "perl_centre.pl")]
