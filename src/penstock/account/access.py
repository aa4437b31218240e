"""Who may do what: the one table of scopes, and the one question asked of it. Pure.

A role says what a person may do in an account; a scope is one such permission by name, so that a token can be given fewer of
them than its owner has. Faces ask `require(actor, scope)` before they call a room; what may happen to a mailing in its state is
asked once more by the lifecycle, of the roles that the scopes confer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import ADMINISTRATOR, APPROVER, AUTHOR, OPERATOR, PLATFORM, SYSTEM, UNLOCKER

ROLES = (AUTHOR, APPROVER, OPERATOR, ADMINISTRATOR)
"""What somebody can be in an account; `platform` stands beside these: its staff see to every account."""

_EVERYBODY = (*ROLES, PLATFORM)
_SENDERS = (AUTHOR, OPERATOR, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Scope:
    """One permission: who has it, what it allows, and the role in the lifecycle that a token gets with it."""

    name: str
    roles: frozenset[str]
    allows: str
    confers: str | None


def _scope(name: str, roles: Iterable[str], allows: str, *, confers: str | None = None) -> Scope:
    return Scope(name, frozenset(roles), allows, confers)


# fmt: off
TABLE = (
    _scope("mailings:read", _EVERYBODY, "See mailings: state, figures, plan, journal, queue, board, forecast."),
    _scope("mailings:write", (AUTHOR, ADMINISTRATOR), "Create, edit, submit, withdraw, revise, copy and delete mailings.",
           confers=AUTHOR),
    _scope("mailings:approve", (APPROVER, ADMINISTRATOR), "Approve and reject mailings, and change their launch date.",
           confers=APPROVER),
    _scope("mailings:operate", (OPERATOR, ADMINISTRATOR),
           "Launch, schedule, pause, resume, cancel and send on what was approved.", confers=OPERATOR),
    _scope("mailings:unlock", (ADMINISTRATOR, PLATFORM),
           "Unlock mailings that too many bounces or complaints stopped.", confers=UNLOCKER),
    _scope("recipients:read", _EVERYBODY, "See to whom a mailing goes, address by address: ledger and preview."),
    _scope("contacts:read", _SENDERS, "See and export contacts, lists, segments, events, imports and messages received."),
    _scope("contacts:write", _SENDERS, "Create, change, import and erase contacts, lists and segments."),
    _scope("events:write", _SENDERS, "Tell what contacts did, for segments to ask, and what they ordered."),
    _scope("suppressions:read", _SENDERS, "See which addresses get no mail."),
    _scope("suppressions:write", _SENDERS, "Suppress addresses, and take that back."),
    _scope("templates:read", _EVERYBODY, "See the templates of messages."),
    _scope("templates:write", (AUTHOR, ADMINISTRATOR), "Create, change and delete templates of messages."),
    _scope("pictures:read", _EVERYBODY, "See the pictures that were uploaded for messages."),
    _scope("pictures:write", (AUTHOR, ADMINISTRATOR), "Upload and delete pictures."),
    _scope("transports:read", _EVERYBODY, "See the transports and how their servers fare, without their passwords."),
    _scope("transports:write", (ADMINISTRATOR,), "Create, change, delete and try transports."),
    _scope("domains:read", _EVERYBODY, "See the sending domains and the records they need."),
    _scope("domains:write", (ADMINISTRATOR,), "Add, change, check and delete sending domains, and make their keys."),
    _scope("mailboxes:read", _EVERYBODY, "See the mailboxes that bounces are picked up from, without their passwords."),
    _scope("mailboxes:write", (ADMINISTRATOR,), "Add, change, delete and read mailboxes."),
    _scope("strays:read", (ADMINISTRATOR, PLATFORM), "See what came back and could not be placed."),
    _scope("strays:write", (ADMINISTRATOR, PLATFORM), "Throw away what could not be placed."),
    _scope("policies:read", _EVERYBODY, "See the account's policies."),
    _scope("policies:write", (ADMINISTRATOR, PLATFORM), "Change the account's policies."),
    _scope("credits:read", _EVERYBODY, "See the account's credits, their ledger and what planned mailings will take."),
    _scope("credits:write", (PLATFORM,), "Add credits, and take back what was added by mistake."),
    _scope("people:read", (ADMINISTRATOR, PLATFORM), "See the account's people and their roles."),
    _scope("people:write", (ADMINISTRATOR, PLATFORM), "Add people, and change their roles."),
    _scope("tokens:read", (ADMINISTRATOR, PLATFORM), "See the account's tokens, never their secrets."),
    _scope("tokens:write", (ADMINISTRATOR, PLATFORM), "Make tokens that do no more than their maker may, and revoke any."),
    _scope("webhooks:read", (ADMINISTRATOR,), "See the outgoing webhooks and their deliveries."),
    _scope("webhooks:write", (ADMINISTRATOR,), "Create, change and delete outgoing webhooks."),
    _scope("notices:read", _EVERYBODY, "See the account's notices."),
    _scope("switches:read", _EVERYBODY, "See the kill switches."),
    _scope("switches:write", (OPERATOR, ADMINISTRATOR, PLATFORM), "Put and lift kill switches within what one may touch."),
    _scope("limits:read", _EVERYBODY, "See the limits of speed and connections."),
    _scope("limits:write", (OPERATOR, ADMINISTRATOR, PLATFORM), "Set and remove limits of speed and connections."),
    _scope("accounts:read", (PLATFORM,), "See all accounts."),
    _scope("accounts:write", (PLATFORM,), "Create accounts."),
    _scope("metrics:read", (PLATFORM,), "Read the metrics of the whole installation."),
    _scope("platform:moderate", (PLATFORM,), "Validate and refuse mailings in moderation, set what only the platform sets.",
           confers=PLATFORM),
)
# fmt: on

SCOPES: dict[str, Scope] = {scope.name: scope for scope in TABLE}


class UnknownScope(ValueError):
    """A word that is neither a scope nor a role."""


class Forbidden(Exception):
    """The actor may not do this. `scope` is what it takes; `code` and the text are for the answer."""

    code = "forbidden"

    def __init__(self, text: str, scope: str | None = None) -> None:
        super().__init__(text)
        self.scope = scope


def of_roles(roles: Iterable[str]) -> frozenset[str]:
    """Return the scopes that somebody with these roles has."""
    held = frozenset(roles)
    return frozenset(scope.name for scope in TABLE if scope.roles & held)


def expand(words: Iterable[str]) -> frozenset[str]:
    """Return the scopes that `words` name; a role stands for all of its scopes. Raises UnknownScope."""
    found: set[str] = set()
    for word in words:
        if word in SCOPES:
            found.add(word)
        elif word in (*ROLES, PLATFORM):
            found |= of_roles([word])
        else:
            raise UnknownScope(
                f"There is no scope {word!r}. There are the roles {', '.join((*ROLES, PLATFORM))},"
                f" and one by one {', '.join(sorted(SCOPES))}."
            )
    return frozenset(found)


def summary(scopes: Iterable[str]) -> list[str]:
    """Return the words that `expand` makes these scopes of: roles as far as they go, then single scopes."""
    left, words = set(scopes), []
    for role in (PLATFORM, ADMINISTRATOR, AUTHOR, OPERATOR, APPROVER):
        if of_roles([role]) <= set(scopes) and of_roles([role]) & left:
            words.append(role)
            left -= of_roles([role])
    return words + sorted(left)


def confer(scopes: Iterable[str]) -> frozenset[str]:
    """Return the roles in the lifecycle that these scopes give."""
    return frozenset(role for name in scopes if name in SCOPES and (role := SCOPES[name].confers))


def granted(actor: Actor) -> frozenset[str]:
    """Return the scopes that the actor has: a token those it was made with, everybody else those of their roles."""
    if SYSTEM in actor.roles:
        return frozenset(SCOPES)
    return of_roles(actor.roles) if actor.scopes is None else actor.scopes


def allows(actor: Actor, scope: str) -> bool:
    """Tell whether the actor has the scope. A name that is none is a defect of the caller: KeyError."""
    return SCOPES[scope].name in granted(actor)


def require(actor: Actor, scope: str) -> None:
    """Return when the actor has the scope; raises Forbidden with what it takes and who has it."""
    if not allows(actor, scope):
        roles = " or ".join(role for role in (*ROLES, PLATFORM) if role in SCOPES[scope].roles)
        raise Forbidden(
            f"This takes the scope {scope}, which the role {roles} has; {actor.name} has not.", scope
        )


def require_in(actor: Actor, scope: str, account: int | None) -> None:
    """As `require`, for something of this account (None: of the whole installation), which must be within the actor's reach."""
    require(actor, scope)
    if actor.account is not None and actor.account != account:
        raise Forbidden(f"{actor.name} may do this in their own account only.", scope)


def require_no_more(actor: Actor, scopes: Iterable[str]) -> None:
    """Return when the actor has all of `scopes`: nobody gives away more than they have. Raises Forbidden."""
    if beyond := sorted(set(scopes) - granted(actor)):
        raise Forbidden(f"{actor.name} cannot give what they do not have: {', '.join(beyond)}.", beyond[0])
