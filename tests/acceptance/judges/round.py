"""One round of letters: written over the API, sent by sender processes, and every message known at both ends of the relay."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from penstock.account import transports
from tests.acceptance.judges import readers, wire
from tests.acceptance.judges.letters import Letter, letters
from tests.acceptance.judges.postfix import Postfix
from tests.integration.api.conftest import Api, make_token
from tests.integration.delivery import stage
from tests.nameserver import Nameserver

FULL = os.environ.get("PENSTOCK_TORTURE") == "full"
"""Every letter to every reader (`make torture`, some 2,800 cases); else to a few of them, by turns."""
_FEW = 3
RANDOM = 16
SIGNED = "signed.example.org"
"""The sending domain of every third letter; the others' is nobody's."""
_ENDS = ("sent", "interrupted", "cancelled", "expired")
_TRACE = re.compile(rb"(?:Received:[^\r]*\r\n(?:[ \t][^\r]*\r\n)*)+")
_MESSAGE_ID = re.compile(rb"(?mi)^Message-ID: *(<[^>\r]+>)")


@dataclass(frozen=True)
class Case:
    """One letter to one reader: `into` is what the relay was given, `out` what it handed on."""

    letter: Letter
    address: str
    attributes: dict[str, str]
    into: bytes
    out: bytes

    def __str__(self) -> str:
        return f"{self.letter.name} to {self.address}"

    @property
    def signed(self) -> bool:
        return SIGNED in self.letter.sender


class Round:
    """`cases` are all that arrived; `asked`: who was to get each letter; `skipped` the letters and addresses of which no message could be made.

    A third of the letters goes to a relay as relays are today, a third to one that takes seven bits and no pipelining, a third is
    signed; `records` are the public keys, as they stand in the DNS.
    """

    def __init__(self, conn: Any, taps: list[wire.Tap], dns: Nameserver) -> None:
        self.conn, self.taps = conn, taps
        self.api = Api(make_token(conn, "administrator"))
        self.cases: list[Case] = []
        self.asked: dict[str, set[str]] = {}
        self.skipped: list[tuple[Letter, str]] = []
        self.contacts = self._contacts()
        self.records = self._domain(dns)
        self.letters = [
            replace(letter, sender=letter.sender.replace("@example.org>", f"@{SIGNED}>"))
            if number % 3 == 2
            else letter
            for number, letter in enumerate(letters(RANDOM))
        ]

    def _contacts(self) -> dict[str, dict[str, str]]:
        """Make the contacts, on one list or on many; returns their attributes by address."""
        everybody = readers.contacts()
        size = len(everybody) if FULL else _FEW
        self.lists = []
        for at in range(0, len(everybody), size):
            listed = self._asked("/lists", {"name": f"readers from {at}"})["id"]
            group = [
                self._asked("/contacts", {**contact, "lists": [listed]})
                for contact in everybody[at : at + size]
            ]
            self.lists.append((listed, {each["address"] for each in group}))
        page = self.api.get("/contacts?limit=100").json()["items"]
        return {each["address"]: each["attributes"] for each in page}

    def _list(self, number: int) -> tuple[int, set[str]]:
        """The list that the letter of this number goes to, and who is on it."""
        return self.lists[number % len(self.lists)]

    def _domain(self, dns: Nameserver) -> dict[str, str]:
        """Add the domain, do to the DNS as the answer says, have it checked."""
        domain = self._asked("/domains", {"name": SIGNED})
        records = {
            record["name"]: record["value"] for record in domain["records"] if record["kind"] == "dkim"
        }
        for name, value in records.items():
            dns.txt(name, value)
        checked = self._asked(f"/domains/{domain['id']}/check", {}, 200)
        assert checked["state"] == "verified", checked
        assert {key["state"] for key in checked["keys"]} == {"signing"}
        return records

    def _asked(self, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        answer = self.api.post(path, body)
        assert answer.status_code == status, (path, body, answer.content.decode())
        return dict(answer.json())

    def send(self, sink: wire.Sink, relay: Postfix) -> None:
        """Write all letters, let two senders send them, and wait until the sink has everything that was accepted."""
        ways = [
            transports.store(self.conn, 1, f"smtp://127.0.0.1:{tap.port}?tls=none&connections=4")
            for tap in self.taps
        ]
        mailings = {}
        with stage.senders(2):
            for number, letter in enumerate(self.letters):
                listed, self.asked[letter.name] = self._list(number)
                mailings[self._launched(letter, listed, ways[number % 3 == 1])] = letter
            for mailing in mailings:
                stage.becomes(self.conn, mailing, *_ENDS, seconds=90)
        ledgers = {
            mailing: self._ledger(mailing, self.asked[letter.name]) for mailing, letter in mailings.items()
        }
        expected = sum(state == "accepted" for ledger in ledgers.values() for state in ledger.values())
        try:
            stage.eventually(lambda: len(sink.caught) >= expected, 60, every=0.05)
        except AssertionError:
            raise AssertionError(f"{len(sink.caught)} of {expected} arrived\n{relay.log[-3000:]}") from None
        self._match(mailings, ledgers, sink)

    def _launched(self, letter: Letter, listed: int, way: int) -> int:
        given = {
            "name": letter.name,
            "message": letter.members(),
            "audience": {"list": listed},
            "transport": way,
        }
        mailing = int(self._asked("/mailings", given)["id"])
        answer = self._asked(f"/mailings/{mailing}/submit", {"plan": {"kind": "now"}, "confirm": True}, 200)
        if answer["state"] == "in_review":
            self._asked(f"/mailings/{mailing}/approve", {"without_analysis": True}, 200)
        return mailing

    def _ledger(self, mailing: int, asked: set[str]) -> dict[str, str]:
        """Everybody's state; whoever is skipped is so because of the template, and nobody is anything else."""
        rows = self.api.get(f"/mailings/{mailing}/ledger?limit=100").json()["items"]
        assert {row["address"] for row in rows} == asked
        assert {row["state"] for row in rows} <= {"accepted", "skipped"}, rows
        assert {row["reason"] for row in rows if row["state"] == "skipped"} <= {"template_error"}, rows
        return {row["address"]: row["state"] for row in rows}

    def _match(
        self, mailings: dict[int, Letter], ledgers: dict[int, dict[str, str]], sink: wire.Sink
    ) -> None:
        given = {message_id(data): data for tap in self.taps for data in tap.messages()}
        handed = sum(1 for tap in self.taps for _ in tap.messages())
        assert len(given) == handed == len(sink.caught), "somebody got two, or somebody none"
        for address, out in sink.caught:
            found = message_id(out)
            mailing = int(found[1:].split(b"-")[0], 16)
            self.cases.append(Case(mailings[mailing], address, self.contacts[address], given[found], out))
        self.skipped = [
            (mailings[mailing], address)
            for mailing, ledger in ledgers.items()
            for address, state in ledger.items()
            if state == "skipped"
        ]


def message_id(data: bytes) -> bytes:
    """The Message-ID that stands in a message."""
    found = _MESSAGE_ID.search(data)
    assert found, data[:500]
    return found[1]


def untraced(out: bytes) -> bytes:
    """A relayed message without the trace fields on top of it (RFC 5321 §4.4)."""
    trace = _TRACE.match(out)
    assert trace, out[:500]
    return out[trace.end() :]


def different(pairs: Iterator[tuple[str, Any, Any]]) -> list[str]:
    """Those pairs that are not the same, in words; the first few of many."""
    wrong = [
        f"{name}: {found!r:.300} instead of {meant!r:.300}" for name, found, meant in pairs if found != meant
    ]
    return wrong[:10] + ([f"… and {len(wrong) - 10} more"] if len(wrong) > 10 else [])
