"""Who acts in the platform's area: staff, in every account at once."""

from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.web.room.visit import Visit


def staff(visit: Visit) -> Actor:
    """Return the visitor as the platform's staff alone: no account bounds them, and no role of theirs in one helps."""
    return Actor(visit.actor.name, visit.actor.roles & {PLATFORM}, "web", None, visit.actor.who)
