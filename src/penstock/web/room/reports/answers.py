"""What came back of a mailing, in words: the rates with what each is a share of, and money."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from penstock.content.accepting import EMAIL
from penstock.feedback.orders.currency import exact
from penstock.report.results import Rate, Result, Revenue
from penstock.web.room.words import Text

RATES: dict[str, Text] = {
    "reached": gettext_lazy("Reached"),
    "opened": gettext_lazy("Opened"),
    "clicked": gettext_lazy("Clicked"),
    "clicked_of_opened": gettext_lazy("Clicked"),
    "ordered": gettext_lazy("Ordered"),
    "unsubscribed": gettext_lazy("Unsubscribed"),
    "complained": gettext_lazy("Complained"),
    "bounced": gettext_lazy("Bounced"),
}
"""The shares in the order in which they are shown; a test holds them against those there are."""

OF: dict[str, Text] = {
    "recipients": gettext_lazy("of the recipients"),
    "reached": gettext_lazy("of those reached"),
    "settled": gettext_lazy("of those settled"),
    "opened": gettext_lazy("of those who opened"),
}
SEEN = ("opened", "clicked", "clicked_of_opened", "complained")
"""What letters alone tell of: nobody sees it of a short message."""
BEST = ("reached", "opened", "clicked", "clicked_of_opened", "ordered")
"""Of these more is better; of the others less is."""

KINDS: dict[str, Text] = {
    "opened": pgettext_lazy("what a recipient did", "Opened it"),
    "prefetched": pgettext_lazy("what a recipient did", "A machine opened it"),
    "clicked": pgettext_lazy("what a recipient did", "Followed a link"),
    "scanned": pgettext_lazy("what a recipient did", "A machine followed a link"),
    "viewed": pgettext_lazy("what a recipient did", "Looked at it in the browser"),
    "unsubscribed": pgettext_lazy("what a recipient did", "Unsubscribed"),
    "resubscribed": pgettext_lazy("what a recipient did", "Took the unsubscribing back"),
    "left": pgettext_lazy("what a recipient did", "Left a list"),
    "joined": pgettext_lazy("what a recipient did", "Joined a list"),
    "complained": pgettext_lazy("what a recipient did", "Complained that it is spam"),
    "converted": pgettext_lazy("what a recipient did", "Ordered"),
}


@dataclass(frozen=True)
class Share:
    """One rate as it is shown: `times` says how often it was done in all, where that is counted."""

    name: str
    title: Text
    rate: Rate
    of: Text
    times: int | None = None

    @property
    def width(self) -> float:
        """Its bar, in percent."""
        return self.rate.percent or 0.0


def shares(result: Result) -> list[Share]:
    """Return the rates of a mailing in words, in their order."""
    rates = {each.name: each for each in result.rates}
    return [
        Share(
            name,
            title,
            rates[name],
            OF[rates[name].of],
            result.answers[name].total if name in result.answers else None,
        )
        for name, title in RATES.items()
        if result.channel == EMAIL or name not in SEEN
    ]


def machines(result: Result) -> list[tuple[Text, int]]:
    """Return what machines did, where they did anything: it is in none of the rates."""
    return [
        (KINDS[kind], people) for kind in ("prefetched", "scanned") if (people := result.answers[kind].people)
    ]


def money(amount: Decimal, currency: str) -> str:
    """Write an amount as the viewer's language does, with its currency."""
    there = exact(amount, currency)
    places = -int(there.as_tuple().exponent)
    return (
        f"{formats.number_format(there, decimal_pos=places, use_l10n=True, force_grouping=True)} {currency}"
    )


def earned(revenue: Iterable[Revenue]) -> list[str]:
    """Return what came in, one text for each currency."""
    return [money(each.amount, each.currency) for each in revenue if each.orders]


def file_of(mailing: int, by: str) -> str:
    """Return the address of one of the tables of a mailing's report as a file."""
    return reverse("room:mailing-report-csv", args=[mailing, by])


def said(kind: str) -> str:
    """Return what a recipient did, in words."""
    return str(KINDS[kind]) if kind in KINDS else _("Did something")
