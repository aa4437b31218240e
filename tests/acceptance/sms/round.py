"""One mailing by SMS to people whose names and notes make one part or several, in either alphabet; judged at its end."""

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.report.ledger import ledger
from tests.acceptance.sms import proof
from tests.acceptance.sms.centre import Centre
from tests.integration.delivery import texting
from tests.integration.delivery.stage import eventually, launch, policy, sound

Conn = psycopg.Connection[Any]
TEXT = "Dear {{ first_name }}, {{ note }} [{{ code }}]"
NOTES = (
    "your parcel waits: 5 € [to pay], {by} Friday ~ or ^ later",  # of the extension table: two septets each
    "été à Ærø, ¿cómo está? " + "Grüße und mehr davon. " * 9,  # two parts
    "ваш заказ готов",  # UCS-2, one part
    "x" * 300 + "€" * 60,  # three parts; an escape stands where they are cut
    "🎉" * 70,  # UCS-2, three parts; a surrogate pair stands where they are cut
    "plain",
)


@dataclass
class Round:
    """A mailing to `count` people that is sent to a centre."""

    conn: Conn
    centre: Centre
    mailing: int
    count: int

    def rows(self) -> dict[str, str]:
        """The state of each number."""
        return {row.address: row.state for row in ledger(self.conn, self.mailing)}

    def received(self) -> proof.Received:
        return proof.Received.read(self.centre.noted())

    def unlearnt(self) -> list[str]:
        """Whose receipts were all sent and are not in the ledger yet."""
        received = self.received()
        return [
            f"{number}: {state}, told {learnt}" for number, state in self.rows().items()
            if (learnt := received.learnt(number, surely=False)) and state not in (learnt, "bounced")
        ]  # fmt: skip

    def learns(self, seconds: float = 20) -> None:
        """Wait until the ledger knows all that receipts have said."""
        try:
            eventually(lambda: not self.unlearnt(), seconds, every=0.3)
        except AssertionError:
            left = self.unlearnt()
            raise AssertionError(
                f"after {seconds:.0f} s the ledger does not know of {len(left)}: {left[:5]}"
            ) from None

    def ended(self) -> bool:
        """Whether nobody is to be tried any more."""
        rows = self.rows()
        return len(rows) == self.count and not {"waiting", "in_flight", "deferred"} & set(rows.values())

    def judged(self) -> tuple[dict[str, str], proof.Received]:
        """Hold the ledger against the centre's log, and both against the identity; returns both."""
        sound(self.conn, self.mailing)
        rows, received = self.rows(), self.received()
        wrong = proof.nobody_twice(received) + proof.settled(rows, self.count) + proof.truth(rows, received)
        assert not wrong, "\n".join(wrong[:10])
        misread = {
            number: text
            for number, text in received.texts().items()
            if text != expected(int(number[-8:]) - 10_000_000)
        }
        assert not misread, list(misread.items())[:2]
        return rows, received


def begin(conn: Conn, centre: Centre, count: int, **options: Any) -> Round:
    """Launch a mailing to so many new contacts; `options` of the transport's URL, those of the mailing under "mailing"."""
    more = {
        "retry_first_seconds": 0.5,
        "retry_longest_seconds": 2,
        **options.pop("mailing", {}),
    }
    policy(conn, bounce_limit=100)
    listed = texting.add_numbers(conn, f"list {time.monotonic_ns()}", count)
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('note',"
        " %s::jsonb ->> ((attributes ->> 'code')::integer %% %s))",
        (Jsonb(NOTES), len(NOTES)),
    )
    drafted = texting.draft(conn, listed, centre.url(**options), TEXT, **more)
    return Round(conn, centre, launch(conn, drafted), count)


def expected(code: int) -> str:
    """What the contact of this number is to read."""
    return f"Dear Anna, {NOTES[code % len(NOTES)]} [{code}]"
