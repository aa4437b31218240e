"""What stands above every tab of a mailing: its name, state and reason, how far it is, and what may be done."""

from dataclasses import dataclass
from datetime import datetime

from penstock.delivery.living import nobody_sends
from penstock.mailing import history
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import LIVE
from penstock.preflight import giving
from penstock.report.glance import Glance, glances
from penstock.report.progress import Progress
from penstock.web.room.board import rows
from penstock.web.room.deciding import zones
from penstock.web.room.mailing.entries import GROUNDS
from penstock.web.room.mailing.standing import Standing, standing
from penstock.web.room.visit import Visit
from penstock.web.room.words import Text


@dataclass(frozen=True)
class Because:
    """Why it is in its state: the words given with it (none where nobody gave any), who, and since when."""

    text: str
    who: str
    since: datetime
    ground: Text = ""


@dataclass(frozen=True)
class Heading:
    """The head of one mailing; `zone` is that of its plan, else the account's."""

    glance: Glance
    allowed: tuple[str, ...]
    standing: Standing
    because: Because | None
    zone: str

    @property
    def figures(self) -> Progress | None:
        """How far it is; None before its audience is frozen."""
        return self.glance.figures

    @property
    def begins(self) -> datetime | None:
        """When it began, or is to."""
        return self.glance.mailing.started_at or self.glance.mailing.due_at

    @property
    def planned(self) -> Text:
        """What follows when it is let out."""
        return rows.planned(self.glance.mailing)

    @property
    def paused_words(self) -> str:
        """Of a paused one since when, by whom, and what is left."""
        return rows.paused(self.glance)

    @property
    def may_undo(self) -> bool:
        """Whether its start can be taken back."""
        return "undo" in self.allowed


def heading(visit: Visit, mailing: Mailing) -> Heading:
    """Return the head of a mailing, as it stands now and for who is here."""
    glance = glances(visit.conn, visit.account, [mailing])[0]
    allowed = giving.possible(visit.conn, mailing.id, mailing.state, visit.actor)
    zone = zones.known((mailing.plan or {}).get("zone"), visit.place.zone)
    unattended = mailing.state in LIVE and nobody_sends(visit.conn)
    told = standing(mailing, glance.figures, unattended=unattended)
    return Heading(glance, allowed, told, _because(visit, mailing), zone)


def _because(visit: Visit, mailing: Mailing) -> Because | None:
    """The reason that the mailing bears; without one, who brought it into its state."""
    turn, reason = history.turn(visit.conn, mailing.id), mailing.reason
    ground = GROUNDS.get(str(turn.data.get("ground", "")), "") if turn else ""
    if reason:
        said = (
            "" if reason["text"] == f"Paused by {reason['who']}." else reason["text"]
        )  # control's words for none
        return Because(said, reason["who"], datetime.fromisoformat(reason["since"]), ground)
    return Because("", turn.actor, turn.at) if turn else None
