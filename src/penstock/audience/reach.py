"""How a contact is reached by each channel: by which address, under which normal form, and whether at all. Pure.

The fork between e-mail and SMS as far as addresses go stands here: whoever chooses, freezes, counts or claims recipients asks
this, over a contact `c`. The normal form is what makes two recipients the same and what a suppression stands under, so that an
unsubscribe by e-mail says nothing about the number, and the other way round.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Reach(NamedTuple):
    """SQL about a contact `c`, for one channel. `missing` is why a recipient is skipped who cannot be reached by it."""

    channel: str
    normal: str
    address: str
    reachable: str
    domain: str
    missing: str

    @property
    def suppressed(self) -> str:
        """The predicate whether this address must not be written to (audience.suppression)."""
        return (
            "exists (select from audience_suppression s"
            f" where s.account_id = c.account_id and s.normal = {self.normal})"
        )

    def person(self, duplicates: str) -> str:
        """What is counted to count recipients, as the policy `duplicates` wants it: an e-mail address has one contact anyway."""
        return "c.id" if self.channel == "email" or duplicates == "per_contact" else f"distinct {self.normal}"


EMAIL: Final = Reach(
    "email",
    "c.normal",
    "c.address",
    "position('@' in c.normal) > 0",
    "split_part(c.normal, '@', 2)",
    "no_address",
)
"""By e-mail. The domain is what limits and kill switches know recipients by: that of the address."""

SMS: Final = Reach("sms", "c.phone", "c.phone", "c.phone is not null", "c.region", "no_number")
"""By SMS. In place of a domain stands the country of the number (ISO 3166-1 alpha-2)."""

CHANNELS: Final = {each.channel: each for each in (EMAIL, SMS)}


def by(channel: str) -> Reach:
    """Return how contacts are reached by a channel, `email` or `sms`."""
    return CHANNELS[channel]


KEY: Final = "channel"
"""The key under which a mailing's audience rule names its channel, when it is asked; an e-mail's may leave it out."""


def of(rule: Mapping[str, Any]) -> Reach:
    """Return how those whom an audience rule means are reached."""
    return by(rule.get(KEY) or EMAIL.channel)
