"""Everything that a lane needs to know of a mailing, read once: what to make of a recipient, whom to hand it to, and on what terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import Composed as SQL

from penstock.account import transports
from penstock.account.policy import tolerant
from penstock.content import following, messages, utm
from penstock.content.message import Message, MessageError, Problem
from penstock.content.render import Program, compile_message, needs_smtputf8, recipient
from penstock.content.sms.program import program_for
from penstock.content.targets import Target
from penstock.delivery import cutting, signing, targets
from penstock.delivery.channel import Order
from penstock.delivery.claim import Item, reading
from penstock.delivery.outcome import Schedule
from penstock.delivery.short.opening import opening_of
from penstock.delivery.short.order import ShortOrder
from penstock.delivery.withholding import domain
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.transport.envelope import Envelope, Peer
from penstock.transport.provider.provider import Provider

Number = Callable[[Sequence[Target]], Mapping[str, int]]
"""What gives the targets of tracked links their numbers, by url."""


@dataclass(frozen=True)
class EmailOrder(Order):
    """A mailing that goes out by e-mail."""

    program: Program
    domain: bytes  # of the return path

    def reading(self, *, by_range: bool, suppressed: bool) -> SQL:
        """Rows (seq, skip, address, attributes ...)."""
        return reading(
            self.program.variables[1:], account=self.account, by_range=by_range, suppressed=suppressed
        )

    def envelope(
        self, item: Item, row: tuple[Any, ...], public: bytes, private: bytes, date: bytes, peer: Peer
    ) -> Envelope:
        """Make the envelope of one recipient. Raises RenderError, SigningError."""
        values = row[2:]
        address = values[0]
        data = self.program.envelope_data(
            values, public, private, date, eightbit=peer.eightbitmime, rebuilt=peer.rebuilt
        )
        sender = b"bounce+%b@%b" % (
            public,
            self.domain,
        )  # links.return_path, in place: this runs for every message
        if address.isascii():
            return Envelope(item, sender, address.encode(), data)
        return Envelope(item, sender, recipient(address), data, needs_smtputf8(address))

    def domain_of(self, row: tuple[Any, ...]) -> str:
        """The domain of the address."""
        return domain(row[2])


class Unverified(Exception):
    """Mail would leave this machine as a domain that is not verified, which the account does not want."""


def load(conn: psycopg.Connection[Any], mailing: int) -> Order:
    """Read and compile. Raises MessageError when the message cannot be compiled, SigningError when its domain's keys cannot sign,
    Unverified when the servers, which may be others than at the launch, are not for its sender's domain, ValueError when nobody
    would answer its tracked links.

    The keys are read and decrypted here, once: a lane signs with those that it began with.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.delivery", "order"), {"mailing": mailing}).fetchone()
    assert row is not None
    policy = row["policy"]
    message = _message(conn, row["message"])
    ways = tuple(transports.ways(conn, row["transport"]))
    made: dict[str, Any] = {
        "mailing": mailing, "account": row["account"], "transport": row["transport"], "ways": ways, "version": row["version"],
        "key": environment.link_key(), "schedule": _schedule(policy), "never_lost": policy.get("in_doubt") == "never_lost",
    }  # fmt: skip
    if any(way.terms.channel != row["channel"] for way in ways):
        raise ValueError(f"the mailing goes by {row['channel']}, and its transport carries something else")
    if row["channel"] == "sms":
        pace = cutting.pace_of(row["plan"], row["zone"], policy, row["channel"])
        return ShortOrder(program=program_for(message, policy), opening=opening_of(pace), **made)
    program = program_of(
        message, policy, name=row["name"], number=partial(targets.number, conn, mailing),
        unsubscribes_at=signing.unsubscribes_at(conn, row["account"], message.sender),
    )  # fmt: skip
    return _email(conn, program, policy, made)


def _email(
    conn: psycopg.Connection[Any], program: Program, policy: dict[str, Any], made: dict[str, Any]
) -> EmailOrder:
    """What only e-mail has: a domain that is to be verified, signs, and gets what comes back."""
    account, ways = made["account"], made["ways"]
    sender = program.domain.decode("ascii")
    if not all(way.terms.loopback for way in ways):
        _refuse_unverified(conn, account, policy, sender)
        _refuse_unanswered(policy)
    if not all(
        isinstance(way.terms, Provider) for way in ways
    ):  # providers make messages of their own, and sign them
        program.signer = signing.signer(conn, account, sender)
    back = signing.return_domain(conn, account, sender)
    return EmailOrder(program=program, domain=back.encode("ascii"), **made)


def _refuse_unverified(
    conn: psycopg.Connection[Any], account: int, policy: dict[str, Any], sender: str
) -> None:
    """Asked of every lane that begins: a transport can be changed, and a domain lost, while a mailing is being sent."""
    if tolerant(policy).sender_domain != "required":
        return
    row = conn.execute("select account_sender_domain(%s, %s)", (account, sender)).fetchone()
    if row != ("verified",):
        raise Unverified(
            f"{sender} is not verified as a sending domain of this account, and its transport leads to other machines by now."
        )


def _refuse_unanswered(policy: dict[str, Any]) -> None:
    """Asked of every lane that begins: this machine may have been told no address, or another one than the launch was."""
    if (
        "on" in (policy.get("track_clicks"), policy.get("track_opens"))
        and not environment.base_url_is_public()
    ):
        raise ValueError(
            "clicks or openings are tracked, and this sender was told no PENSTOCK_BASE_URL that others reach; give all of them the same"
        )


def _message(conn: psycopg.Connection[Any], number: int) -> Message:
    message = messages.load_message(conn, number)
    if message is None:
        raise MessageError([Problem("message", 0, f"message {number} does not exist", "Compose it again.")])
    return message


def program_of(
    message: Message, options: dict[str, Any], *, name: str = "", variables: frozenset[str] | None = None,
    number: Number | None = None, unsubscribes_at: str | None = None,
) -> Program:  # fmt: skip
    """Compile as senders do, with the public links of this installation; `variables` as in compile_message. Raises MessageError.

    `options`: the mailing's before its account's policy; `name`: the mailing's, for utm_campaign. Links are tracked, where the
    options want that, only for whom `number` gives them numbers: senders. What others look at counts nothing. `unsubscribes_at`: the
    address that unsubscribes who writes to it, where the account has one; the sender's own mailbox otherwise.
    """
    return compile_message(
        message,
        variables=variables,
        base_url=unsubscribe_base(options),
        unsubscribe_mailto=unsubscribes_at,
        view_base=environment.base_url(),
        links=_links(message, options, name, number),
    )


def _links(
    message: Message, options: dict[str, Any], name: str, number: Number | None
) -> following.Wanted | None:
    tags = utm.of_mailing(options, name, message.channel)
    clicks, opens = (
        number is not None and options.get(policy) == "on" for policy in ("track_clicks", "track_opens")
    )
    if not (tags or clicks or opens):
        return None
    return following.Wanted(
        tags, environment.base_url(), clicks=clicks, opens=opens, number=number or following.in_order
    )


def unsubscribe_base(options: dict[str, Any]) -> str | None:
    """The base of unsubscribe links, None for mailto: as the mailing says, else links where the base URL is public."""
    how = options.get("unsubscribe")
    if how == "link" or (how is None and environment.base_url_is_public()):
        return environment.base_url()
    return None


def _schedule(policy: dict[str, Any]) -> Schedule:
    usual = Schedule()
    return Schedule(
        window=3600.0 * float(policy.get("retry_window_hours", usual.window / 3600)),
        first=float(policy.get("retry_first_seconds", usual.first)),
        longest=float(policy.get("retry_longest_seconds", usual.longest)),
    )
