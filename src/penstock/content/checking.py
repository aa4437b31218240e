"""What stands in the way of sending a mailing's message, asked before it is submitted and before it is approved."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from typing import Any, Final, NamedTuple

import psycopg

from penstock.audience import contacts
from penstock.audience.variables import NAMES
from penstock.content.accepting import SMS
from penstock.content.following import Wanted
from penstock.content.message import Message, MessageError
from penstock.content.messages import load_message
from penstock.content.render import compile_message
from penstock.content.sms.program import program_for

KEPT: Final = 256
"""Messages of which a process remembers what it found; some kilobytes each at most."""
LATELY: Final = 30.0
"""Seconds for which a page may be told what the contacts of a list had: to see that nobody has an attribute, all of them are read."""
COUNTED: Final = ("track_clicks", "stop_hint", "sms_alphabets", "sms_parts", "sms_reference")
"""Policies by which the same message may be one that can be sent, or not."""
SAID: Final = 20
"""Faults of one message that are told one by one."""


class Judged(NamedTuple):
    """What was found of a message: the variables that it uses, and why it cannot be sent, in words."""

    variables: frozenset[str]
    faults: tuple[str, ...]


_judged: OrderedDict[bytes, Judged] = OrderedDict()
"""The latest judgements by what was judged: to compile a long message takes up to a second, and it is shown often.

By content and not by number: a draft's message may be another one tomorrow, and the same one in a copy.
"""
_had: OrderedDict[tuple[int, int, Any], tuple[float, frozenset[str]]] = OrderedDict()
"""What the contacts of a list had (account, list, when it was made), and when that was: of lists on which something was missing."""
_lock = Lock()


def blockers(conn: psycopg.Connection[Any], mailing: int, *, lately: bool = False) -> tuple[str, ...]:
    """Return why the message of `mailing` cannot be sent to its audience, each in words; nothing when it can.

    That is: it does not compile, or uses a variable that nobody on the list has. A message, list or mailing that does not
    exist is no blocker: the lifecycle says itself that the mailing is incomplete. `lately`: what the contacts of the list have may be
    what it was up to LATELY ago; for pages, which are shown again and again, not for commands.
    """
    row = conn.execute(
        "select m.account_id, m.message_id, (m.audience ->> 'list')::integer, a.policy || m.options"
        " from mailing_mailing m join account_account a on a.id = m.account_id where m.id = %s",
        (mailing,),
    ).fetchone()
    message = load_message(conn, row[1]) if row else None
    if row is None or message is None:
        return ()
    account, _, listed, options = row
    found = judged(message, None, options)
    wanted = found.variables - NAMES
    if wanted and listed is not None and (known := _known(conn, account, listed, wanted, lately=lately)):
        return judged(message, known, options).faults
    return found.faults


def _known(
    conn: psycopg.Connection[Any], account: int, listed: int, wanted: frozenset[str], *, lately: bool
) -> frozenset[str]:
    """Return what the contacts of a list have, where one of the `wanted` is not among it; else nothing.

    Of an empty list nobody can say what its contacts will have: nothing either.
    """
    missing = wanted - set(contacts.columns(conn, account, listed))
    if not missing:
        return frozenset()
    key = (account, listed, _made_at(conn, listed))
    with _lock:
        at, known = _had.get(key, (0.0, frozenset[str]()))
    if lately and known and time.monotonic() - at < LATELY:
        return frozenset() if wanted <= known else known
    if not contacts.lacking(conn, account, listed, missing):
        return frozenset()
    if not (had := contacts.variables(conn, account, listed)):
        return frozenset()
    known = NAMES.union(had)
    with _lock:
        _had[key] = time.monotonic(), known
        while len(_had) > KEPT:
            _had.popitem(last=False)
    return known


def _made_at(conn: psycopg.Connection[Any], listed: int) -> Any:
    row = conn.execute("select created_at from audience_list where id = %s", (listed,)).fetchone()
    return row[0] if row else None


def faults(message: Message) -> tuple[str, ...]:
    """Return why no mailing of its channel can be made of `message` as it stands, each in words."""
    return judged(message, None).faults


def judged(
    message: Message, known: frozenset[str] | None, options: Mapping[str, Any] | None = None
) -> Judged:
    """Return what there is to say of `message` for contacts with the attributes `known` (None: any); remembered.

    `options`: its mailing's, before the account's policy; those that count are how clicks are tracked, of which there is a limit, and
    how short messages are written. None: of no mailing, as a template is.
    """
    said = dict.fromkeys(COUNTED) if options is None else {name: options.get(name) for name in COUNTED}
    key = _key(message, known, said, options is None)
    with _lock:
        if key in _judged:
            _judged.move_to_end(key)
            return _judged[key]
    found = _judge(message, known, options)
    with _lock:
        _judged[key] = found
        while len(_judged) > KEPT:
            _judged.popitem(last=False)
    return found


def _key(message: Message, known: frozenset[str] | None, *said: Any) -> bytes:
    content = repr((message, known if known is None else sorted(known), said))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _judge(message: Message, known: frozenset[str] | None, options: Mapping[str, Any] | None) -> Judged:
    try:
        return Judged(_variables(message, known, options), ())
    except MessageError as error:
        faults = [str(problem).rstrip(".") for problem in error.problems]
    if len(faults) > SAID:
        faults[SAID:] = [f"and {len(faults) - SAID:,} more"]
    return Judged(frozenset(), tuple(faults))


def _variables(
    message: Message, known: frozenset[str] | None, options: Mapping[str, Any] | None
) -> frozenset[str]:
    """The variables that the message uses, of e-mail `email` among them. Raises MessageError."""
    if message.channel == SMS:
        # A template is written before anybody knows the words of the accounts that use it.
        given = {"stop_hint": "STOP"} if options is None else options
        return frozenset(program_for(message, given, known).variables[1:])
    links = Wanted(clicks=True) if options and options.get("track_clicks") == "on" else None
    return frozenset(compile_message(message, variables=known, links=links).variables)
