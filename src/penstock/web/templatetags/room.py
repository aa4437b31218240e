"""Tags and filters of the control room: moments with their zone, figures, states, the two-tone bar, actions, signs."""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from penstock.mailing.mailings import Mailing
from penstock.web.room import stencil, words
from penstock.web.room.many import MoreThan
from penstock.web.room.offering import exists

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with its content, so that browsers may keep it."""
    return f"{static('penstock/' + name)}?{_fingerprint(name + '')}"  # of a template it is a SafeString, which no path takes


@register.simple_tag
def htmx() -> str:
    """Return the address of htmx, which comes with django-htmx."""
    return f"{static('django_htmx/htmx-2.min.js')}?{version('django-htmx')}"


@cache
def _fingerprint(name: str) -> str:
    return sha256(files("penstock.web").joinpath("static", "penstock", name).read_bytes()).hexdigest()[:10]


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a sign of icons.svg; without a label it is decoration, and words stand beside it."""
    return _drawn(name + "", label + "")  # a SafeString hashes slowly, and no cache should keep one


@lru_cache(maxsize=512)
def _drawn(name: str, label: str) -> SafeString:
    where = asset("icons.svg") + f"#{name}"
    if label:
        return format_html(
            '<svg class="icon" width="18" height="18" role="img" aria-label="{}"><use href="{}"/></svg>',
            label,
            where,
        )
    return format_html(
        '<svg class="icon" width="18" height="18" aria-hidden="true"><use href="{}"/></svg>', where
    )


@register.simple_tag
def moment(value: datetime | None, zone: str = "UTC") -> SafeString | str:
    """Show a time with its zone; pointing at it tells the same in UTC and in the viewer's own zone."""
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(zone))
    own, utc = timezone.localtime(value), value.astimezone(UTC)
    title = f"{_told(utc)} UTC · {_told(own)} {own.tzname()}"
    return format_html(
        '<time datetime="{}" title="{}">{} <span class="zone">{}</span></time>',
        utc.isoformat(timespec="seconds"), title, _told(there), there.tzname() or zone,
    )  # fmt: skip


def written(value: datetime, zone: str = "UTC") -> str:
    """Return a time with its zone as plain words, for a sentence."""
    there = value.astimezone(ZoneInfo(zone))
    return f"{_told(there)} {there.tzname() or zone}"


@register.inclusion_tag("room/parts/beside.html", takes_context=True)
def beside(context: Any, message: Any) -> dict[str, Any]:
    """Offer the command that a notice brings along: Resume beside "Paused", Take back beside "It starts up"."""
    kind, _sep, rest = (message.extra_tags or "").partition(":")
    name, _sep, numbers = rest.partition(":")
    mailing, _sep, version = numbers.partition(":")
    if kind != "offer" or name not in words.COMMANDS or not (mailing.isdigit() and version.isdigit()):
        return {"order": None}
    url = reverse("room:command", args=[int(mailing), name])
    path = context["request"].get_full_path() if "request" in context else ""
    return {
        "order": words.COMMANDS[name], "name": name, "url": url, "version": version, "next": path,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


def _told(value: datetime) -> str:
    return _minute(value.replace(tzinfo=None, second=0, microsecond=0), get_language() or "")


@lru_cache(maxsize=8192)
def _minute(naive: datetime, language: str) -> str:
    """Rows of one page share most of their times; writing one by the language's format takes a while."""
    date = formats.date_format(naive, "DATE_FORMAT", use_l10n=True)
    return f"{date} {formats.time_format(naive.time(), 'H:i')}"


@register.filter
def number(value: float | None) -> str:
    """Group the digits as the viewer's language does."""
    if value is None:
        return "–"
    if isinstance(value, MoreThan):
        return _("more than %(number)s") % {"number": number(int(value))}
    places = 0 if isinstance(value, int) or float(value).is_integer() else 1
    return formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)


@register.filter
def percent(value: float | None) -> str:
    """Write a share in percent, rounded down as the ledger's figures are."""
    return "–" if value is None else _("%(number)s %%") % {"number": number(value)}


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Write seconds as a person says them: the two largest units."""
    if value is None:
        return "–"
    left = round(value.total_seconds() if isinstance(value, timedelta) else value)
    if left < 1:
        return _("less than a second")
    days, rest = divmod(left, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    told = [
        ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        _("%(n)d h") % {"n": hours},
        _("%(n)d min") % {"n": minutes},
        _("%(n)d s") % {"n": seconds},
    ]
    parts = list(zip((days, hours, minutes, seconds), told, strict=True))
    first = next(place for place, (amount, _text) in enumerate(parts) if amount)
    return " ".join(text for amount, text in parts[first : first + 2] if amount)


@register.simple_tag
def state(name: str, reason: dict[str, Any] | None = None) -> SafeString:
    """Show a state with its sign."""
    return stencil.state(name)


@register.inclusion_tag("room/parts/bar.html")
def bar(settled: float, handed_off: float, label: str = "") -> dict[str, Any]:
    """Draw the bar in two tones: percent settled within percent handed off."""
    return {"settled": settled, "handed_off": max(settled, handed_off), "label": label}


@register.simple_tag(takes_context=True)
def actions(context: Any, mailing: Mailing, allowed: Any, menu_only: bool = False) -> SafeString:
    """Offer the commands that are allowed, no other: the foremost as buttons, the rest in the Actions menu.

    Who gives one comes back to the page `here` of the context, without it to this one.
    """
    may = [name for name in words.COMMANDS if name in allowed]
    first = [] if menu_only else [name for name in words.FOREMOST.get(mailing.state, ()) if name in may]
    menu = tuple(name for name in may if name not in first)
    here = context.get("here") or (context["request"].get_full_path() if "request" in context else "")
    return stencil.actions(mailing, tuple(first), menu, here, str(context.get("csrf_token") or ""))


@register.inclusion_tag("room/parts/tabs.html", takes_context=True)
def tabs(context: Any, mailing: Mailing) -> dict[str, Any]:
    """The pages of one mailing."""
    path = context["request"].path
    there = [
        {
            "title": title,
            "url": url,
            "is_here": url == path or (page != "mailing" and path.startswith(f"{url}/")),
        }
        for page, title in words.TABS
        if exists(page, mailing.id) and (url := reverse(f"room:{page}", args=[mailing.id]))
    ]
    return {"tabs": there}


@register.inclusion_tag("room/parts/more.html", takes_context=True)
def more(context: Any, cursor: str | int | None, name: str = "after") -> dict[str, Any]:
    """Lead to the next page of a list; the filters stay."""
    query = context["request"].GET.copy()
    if cursor is not None:
        query[name] = str(cursor)
    return {"query": query.urlencode() if cursor is not None else ""}
