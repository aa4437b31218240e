"""Who is meant by a mailing's audience rule: one condition, for the freeze and for whoever counts beforehand.

A rule is {"list": 3, "segment": 2, "not_segment": [4], "reached_by": [7], "not_reached_by": [5, 6]}: those on the list (without one,
all contacts) whom the segment means and none of `not_segment`, whom any of the mailings `reached_by` reached, and none of
`not_reached_by`. Reached: delivery_reached says who that is. Before it is asked, a rule is made `ready`: its segments are looked up.

Whom it reaches depends on the channel: a rule that is asked for an SMS says so ("channel": "sms"), and audience.reach says what that means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg

from penstock.account.policy import tolerant
from penstock.audience import reach
from penstock.audience.reach import Reach
from penstock.audience.segments import asker, keeping
from penstock.delivery.capping import NOBODY as _NOBODY
from penstock.delivery.capping import REASON as CAPPED
from penstock.delivery.expecting import expected
from penstock.mailing import step
from penstock.platform.database import sql

_REACHED: Final = "exists (select from delivery_reached(%(account)s, %({name})s) x where x.contact = c.id)"

_REACHED_AMONG: Final = (
    "exists (select from delivery_reached_among(%(account)s, %({name})s, {among}) x where x.contact = c.id)"
)
_EVERYBODY: Final = "true"
"""The condition of a rule that names nothing beside its list."""
DUPLICATE: Final = "duplicate"
"""The reason of those whose number somebody before them has."""
_DUPLICATES: Final = "duplicates, as the account wants them"
_SEGMENTS: Final = "segments, ready to be asked"
"""The key under which a rule that is ready has them; a rule as it is stored has no such key."""


def ready(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the rule with what its segments say: as they were at submission, where it has that (`definitions`), else as they are.

    Of a step of a chain: whom it may reach, as far as that can be said now (expecting). Costs nothing where it names no segment and is no
    step's, or is ready already. Raises UnknownSegment.
    """
    if step.earlier(rule) is not None:
        rule = expected(conn, account, rule)
    if reach.of(rule) is not reach.EMAIL and _DUPLICATES not in rule:
        rule = {**rule, _DUPLICATES: duplicates(conn, account)}
    if _SEGMENTS in rule or not keeping.named_by(rule):
        return rule
    kept = rule.get("definitions") or keeping.as_they_are(conn, account, rule) or {}
    return {**rule, _SEGMENTS: asker.ready(conn, account, kept)}


def duplicates(conn: psycopg.Connection[Any], account: int) -> str:
    """Return what the account wants of a number that several contacts have (policy duplicates)."""
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    return tolerant(row[0] if row else {}).duplicates


def condition(rule: Mapping[str, Any], among: str | None = None) -> str:
    """The condition in SQL over a contact `c`, with the parameters of `parameters`. The list is not part of it.

    among: an array of contacts in SQL, where only few are looked at: large mailings are not read as a whole for them.
    """
    reached = _REACHED if among is None else _REACHED_AMONG.replace("{among}", among)
    wanted = []
    if rule.get("reached_by") is not None:
        wanted.append(reached.format(name="reached_by"))
    if rule.get("not_reached_by"):
        wanted.append("not " + reached.format(name="not_reached_by"))
    wanted += [text for text, _ in _segments(rule, among)]
    return " and ".join(wanted) or _EVERYBODY


def parameters(account: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """What `condition` and the statements around it need."""
    given = {
        "account": account, "list": rule.get("list"),
        "reached_by": list(rule.get("reached_by") or []), "not_reached_by": list(rule.get("not_reached_by") or []),
    }  # fmt: skip
    for _, more in _segments(rule, None):
        given |= more
    return given


def second(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], channel: str) -> str:
    """The condition in SQL of a contact `c` whose address another one gets it at, who was there first and is meant as well.

    As a freeze would have it, but for those who have had enough mailings: whom nobody looks at before. Nobody is where each contact
    that has a number gets it (policy duplicates), and by e-mail.
    """
    way = reach.by(channel)
    if way is reach.EMAIL or duplicates(conn, account) == "per_contact":
        return _NOBODY
    # Whoever has the same number is looked at by the same conditions, which speak of `c`.
    return (
        f"exists (select from (select c.id as own, {way.normal} as number) as me, lateral ("
        f"select from audience_contact c where {way.normal} = me.number and c.account_id = %(account)s and c.id < me.own"
        " and (%(list)s::integer is null or exists ("
        "select from audience_membership m where m.list_id = %(list)s::integer and m.contact_id = c.id))"
        f" and {way.reachable} and {condition(rule, 'array[c.id]')} and not {way.suppressed}) as earlier)"
    )


def people(rule: Mapping[str, Any]) -> str:
    """The contacts `c` that are looked at, as it stands behind `from`: those on the list, without one all of the account."""
    if rule.get("list") is None:
        return "audience_contact c where c.account_id = %(account)s"
    return (
        "audience_membership m join audience_contact c on c.id = m.contact_id"
        " where m.list_id = %(list)s and c.account_id = %(account)s"
    )


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a mailing means, and who of them gets it: contacts `c` in SQL.

    `meant`: all of them, as it stands behind `from`. `capped`: the condition of those who have had enough mailings. `per_contact`: a
    number goes to each contact that has it (policy duplicates), else to the first of them alone. `taken`: the condition of those whose
    address stands in the ledger already for somebody else.
    """

    meant: str
    reach: Reach = reach.EMAIL
    per_contact: bool = False
    capped: str = _NOBODY
    taken: str = _NOBODY

    @property
    def once(self) -> bool:
        """Whether several contacts with one address are one recipient; an e-mail address has one contact anyway."""
        return self.reach is not reach.EMAIL and not self.per_contact

    @property
    def twin(self) -> str:
        """What tells recipients with one address apart in the ledger, in SQL."""
        return "null::bigint" if self.once or self.reach is reach.EMAIL else "c.id"

    @property
    def same(self) -> str:
        """What a row `r` of a ledger with the address of a contact `c` must meet besides, to be that of the same recipient."""
        if self.once or self.reach is reach.EMAIL:
            return "true"
        others = f"select from audience_contact c where c.id = r.contact and {self.reach.normal} = r.normal"
        return f"(r.contact = c.id or not exists ({others}))"

    @property
    def sendable(self) -> str:
        """Those who get it, as it stands behind `from`."""
        if not self.once:
            return self._reached
        return f"({self._first}) as first_of_address join audience_contact c on c.id = first_of_address.id where c.account_id = %(account)s"

    @property
    def _reached(self) -> str:
        return f"{self.meant} and {self._could}"

    @property
    def _could(self) -> str:
        """The condition of those who get it unless somebody before them has their address."""
        could = f"{self.reach.reachable} and not {self.reach.suppressed}"
        for each in (self.capped, self.taken):
            could += f" and not {each}" if each != _NOBODY else ""
        return could

    @property
    def _first(self) -> str:
        """Who of several with one address stands for it: the one who was there first."""
        return f"select min(c.id) as id from {self._reached} group by {self.reach.normal}"

    @property
    def passed_over(self) -> str:
        """Those who are meant and do not get it, as it stands behind `from`; `reason` says why."""
        if self.once:
            # In one pass: a freeze follows an import, and without statistics an anti-join would count the first ones anew for each.
            first = f"row_number() over (partition by {self._could}, {self.reach.normal} order by c.id) = 1"
            return (
                f"(select c.id, {self._could} and {first} as gets from {self.meant}) as judged"
                " join audience_contact c on c.id = judged.id where not judged.gets"
            )
        why = (f"not ({self.reach.reachable})", self.reach.suppressed, self.capped)
        return f"{self.meant} and ({' or '.join(each for each in why if each != _NOBODY)})"

    @property
    def reason(self) -> str:
        """Why one of `passed_over` does not get it, in SQL: a word, as ledgers have it."""
        suppressed = f"select s.reason from audience_suppression s where s.account_id = c.account_id and s.normal = {self.reach.normal}"
        return (
            f"case when not ({self.reach.reachable}) then '{self.reach.missing}'"
            f" else coalesce(({suppressed}), case when {self.capped} then '{CAPPED}' else '{DUPLICATE}' end) end"
        )

    def count(self) -> str:
        """How many get it, in SQL behind `select`: by address, without choosing who of several stands for it."""
        if not self.once:
            return f"count(*) from {self.sendable}"
        whole = replace(self, per_contact=True).sendable
        return f"count(distinct {self.reach.normal}) from {whole}"


def audience(rule: Mapping[str, Any], capped: str = _NOBODY) -> Audience:
    """Return whom the rule means and who of them gets it; the rule has to be ready."""
    meant = f"{people(rule)} and {condition(rule)}"
    return Audience(meant, reach.of(rule), rule.get(_DUPLICATES) == "per_contact", capped)


def sendable(rule: Mapping[str, Any]) -> str:
    """As `people`, those only who get it; the rule has to be ready."""
    return audience(rule).sendable


def _segments(rule: Mapping[str, Any], among: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The SQL of each segment that the rule names, and its parameters: the same ones each time."""
    numbers = keeping.named_by(rule)
    if not numbers:
        return []
    found: asker.Asker = rule[_SEGMENTS]
    excluded = len(numbers) - len(rule.get("not_segment") or [])
    return [found.sql(number, among=among, negated=n >= excluded) for n, number in enumerate(numbers)]


def complete(statement: str, rule: Mapping[str, Any], room: str = "penstock.delivery") -> str:
    """Put whom the rule means into the statement of this name: {people} and {chosen}; {normal} is the address that it goes to."""
    text = sql(room, statement).replace("{people}", people(rule))
    return text.replace("{normal}", reach.of(rule).normal).replace("{chosen}", condition(rule))


def count(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> int:
    """How many would get it now: as a freeze would choose them, the suppressed left out."""
    rule = ready(conn, account, rule)
    plain = rule.get("list") is not None and condition(rule) == _EVERYBODY and reach.of(rule) is reach.EMAIL
    text = sql("penstock.delivery", "count_plain") if plain else f"select {audience(rule).count()}"
    row = conn.execute(text, parameters(account, rule), prepare=False).fetchone()
    return int(row[0]) if row else 0


def missed(conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any]) -> dict[str, int]:
    """How many of those who are meant would not get it now, by the reason, the most frequent first: no_number, duplicate, unsubscribed …

    Nobody is asked after who has had enough mailings (policy frequency_cap): that is so at the freeze alone.
    """
    there = audience(rule := ready(conn, account, rule))
    text = f"select {there.reason}, count(*) from {there.passed_over} group by 1 order by 2 desc, 1"
    return dict(conn.execute(text, parameters(account, rule), prepare=False).fetchall())


def count_soon(
    conn: psycopg.Connection[Any], account: int, rule: Mapping[str, Any], milliseconds: int = 60
) -> int | None:
    """As `count`; None where it takes longer than that: who draws a page asks again behind it."""
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{milliseconds}ms",))
            return count(conn, account, rule)
    except psycopg.errors.QueryCanceled:
        return None


def joined(conn: psycopg.Connection[Any], account: int, mailing: int, rule: Mapping[str, Any]) -> int:
    """How many the rule means now who are not in the ledger of `mailing`: they have come since its freeze."""
    rule = ready(conn, account, rule)
    there = audience(rule)
    text = sql("penstock.delivery", "count_joined").replace("{counted}", there.count())
    text = text.replace("{normal}", there.reach.normal).replace("{same}", there.same)
    row = conn.execute(text, {"mailing": mailing, **parameters(account, rule)}, prepare=False).fetchone()
    return int(row[0]) if row else 0


def joined_soon(
    conn: psycopg.Connection[Any], account: int, mailing: int, rule: Mapping[str, Any], milliseconds: int = 60
) -> int | None:
    """As `joined`; None where it takes longer than that."""
    try:
        with conn.transaction():
            conn.execute("select set_config('statement_timeout', %s, true)", (f"{milliseconds}ms",))
            return joined(conn, account, mailing, rule)
    except psycopg.errors.QueryCanceled:
        return None
