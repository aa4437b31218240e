"""Who gives a command."""

from dataclasses import dataclass

from penstock.mailing import lifecycle


@dataclass(frozen=True)
class Actor:
    """Who gives a command, with which roles, through which door (cli, api, web, system).

    `name` is shown and journalled. `identity` is the person behind it, by whom approvals are counted: a token of Anna's is
    Anna. `account` is the one whose objects they may touch; None: every account (the platform, the system).
    `scopes` is what a token is limited to; None: everything that the roles allow (account.access).
    """

    name: str
    roles: frozenset[str]
    door: str
    account: int | None = None
    identity: str = ""
    scopes: frozenset[str] | None = None

    @property
    def who(self) -> str:
        """The person, for counting."""
        return self.identity or self.name


SYSTEM = Actor("Penstock", frozenset({lifecycle.SYSTEM}), "system")
EVERY_ROLE = frozenset({lifecycle.AUTHOR, lifecycle.APPROVER, lifecycle.OPERATOR, lifecycle.ADMINISTRATOR})
