"""What became of a mailing's recipients, as charts: by state, by domain, by hour."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.content.accepting import SMS
from penstock.report.progress import SETTLED, STATES, Progress
from penstock.report.tally import Tally
from penstock.web.room.charts.columns import Series
from penstock.web.room.charts.figures import Bar, OverTime, parts, share
from penstock.web.room.charts.scale import step
from penstock.web.room.mailing.recipients import STATE_WORDS
from penstock.web.templatetags.room import duration, number

COLUMNS = 72
"""Columns of the chart by hour, at most: three days of hours; what takes longer is told in longer stretches."""
HOUR = 3600
DOMAINS = 15
"""Domains on the page; the file has all."""


def by_state(mailing: int, figures: Progress) -> list[Bar]:
    """Return a bar for each state that somebody is in; each leads to those people."""
    url = reverse("room:mailing-recipients", args=[mailing])
    return [
        Bar(str(STATE_WORDS[state]), people, share(people, figures.recipients), state, f"{url}?state={state}")
        for state in STATES
        if (people := getattr(figures, state))
    ]


def by_domain(mailing: int, channel: str, told: Tally, recipients: int) -> list[Bar]:
    """Return a bar for each of the largest domains, of an SMS countries, with its states in it; the others together."""
    url = reverse("room:mailing-recipients", args=[mailing])
    shown = [
        _domain(_named(name, channel), counts, recipients, f"{url}?{urlencode({'domain': name})}")
        for name, counts in told.domains[:DOMAINS]
    ]
    rest: Counter[str] = Counter(told.others)
    for _name, counts in told.domains[DOMAINS:]:
        rest.update(counts)
    if rest:
        more = told.other_domains + len(told.domains[DOMAINS:])
        words = ngettext("%(number)s other", "%(number)s others", more) % {"number": number(more)}
        shown.append(_domain(words, rest, recipients, ""))
    return shown


def _named(name: str, channel: str) -> str:
    """The name of a domain or country; who was skipped for lack of an address stands under what there is of the other kind."""
    if channel == SMS and "." in name:
        return _("%(domain)s, without a number") % {"domain": name}
    if channel != SMS and name.isupper():
        return _("%(country)s, without an e-mail address") % {"country": name}
    return name


def _domain(name: str, counts: Mapping[str, int], recipients: int, url: str) -> Bar:
    people = sum(counts.values())
    lost = counts.get("bounced", 0)
    note = _("%(share)s %% bounced") % {"share": number(share(lost, people))} if lost else ""
    drawn = parts([(state, counts.get(state, 0)) for state in STATES], people)
    return Bar(name, people, share(people, recipients), url=url, note=note, parts=drawn)


def by_hour(mailing: int, told: Tally, zone: str) -> OverTime | None:
    """Return the settled in columns of an hour of this zone, or of longer stretches; None where nobody is settled."""
    if not told.quarters:
        return None
    first, last = (_hour(told.quarters[n][0], zone) for n in (0, -1))
    width = max(HOUR, step((last - first).total_seconds() + HOUR, COLUMNS))
    starts = [
        first + timedelta(seconds=width * n) for n in range(int((last - first).total_seconds() // width) + 1)
    ]
    series = _series(told.quarters, starts, width)
    everybody = sum(sum(each.values) for each in series)
    about = _("%(people)s recipients by the time at which they were settled, in stretches of %(width)s.") % {
        "people": number(round(everybody)), "width": duration(width),
    }  # fmt: skip
    return OverTime(
        "hours", _("Settled by hour") if width == HOUR else _("Settled over time"), about, starts, series,
        csv=reverse("room:mailing-report-csv", args=[mailing, "hour"]),
    )  # fmt: skip


def _hour(at: datetime, zone: str) -> datetime:
    """The beginning of the hour there, as UTC has it."""
    there = at.astimezone(ZoneInfo(zone))
    return at - timedelta(minutes=there.minute, seconds=there.second)


def _series(
    quarters: Sequence[tuple[datetime, Mapping[str, int]]], starts: Sequence[datetime], width: int
) -> list[Series]:
    columns: dict[str, list[int]] = {state: [0] * len(starts) for state in SETTLED}
    for at, counts in quarters:
        place = int((at - starts[0]).total_seconds() // width)
        for state, people in counts.items():
            columns[state][place] += people
    return [
        Series(state, str(STATE_WORDS[state]), values) for state, values in columns.items() if any(values)
    ]
