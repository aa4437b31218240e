"""What stands above every tab of a mailing: its name, state and reason, how far it is, and what may be done."""

from dataclasses import dataclass
from datetime import datetime

from penstock.mailing import history
from penstock.mailing.mailings import Mailing
from penstock.preflight import giving
from penstock.report.progress import Progress, progress
from penstock.web.room.mailing.standing import Standing, standing
from penstock.web.room.visit import Visit


@dataclass(frozen=True)
class Because:
    """Why it is in its state: the words given with it (none where nobody gave any), who, and since when."""

    text: str
    who: str
    since: datetime
    ground: str = ""


@dataclass(frozen=True)
class Heading:
    """The head of one mailing. `figures` is None before its audience is frozen."""

    mailing: Mailing
    figures: Progress | None
    allowed: tuple[str, ...]
    standing: Standing
    because: Because | None


def heading(visit: Visit, mailing: Mailing) -> Heading:
    """Return the head of a mailing, as it stands now and for who is here."""
    figures = progress(visit.conn, mailing.id) if mailing.frozen_at else None
    allowed = giving.possible(visit.conn, mailing.id, mailing.state, visit.actor)
    return Heading(mailing, figures, allowed, standing(mailing, figures), _because(visit, mailing))


def _because(visit: Visit, mailing: Mailing) -> Because | None:
    """The reason that the mailing bears; without one, who brought it into its state."""
    turn, reason = history.turn(visit.conn, mailing.id), mailing.reason
    ground = str(turn.data.get("ground", "")) if turn else ""
    if reason:
        return Because(reason["text"], reason["who"], datetime.fromisoformat(reason["since"]), ground)
    return Because("", turn.actor, turn.at) if turn else None
