"""Tags of the reports: their tabs, shares, money."""

import math
from decimal import Decimal
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _

from penstock.web.room.reports import answers

register = template.Library()


@register.inclusion_tag("room/reports/ways.html", takes_context=True)
def reports_ways(context: Any, here: str) -> dict[str, Any]:
    """Lead to the other reports that who is here may see."""
    return {"here": here, "may_orders": context["visit"].may("contacts:read")}


@register.filter
def share(percent: float | None) -> str:
    """Write a share in percent, rounded down: to a tenth, below one to a hundredth."""
    if percent is None:
        return "–"
    places = 2 if 0 < percent < 1 else 1
    down = math.floor(percent * 10**places + 1e-9) / 10**places
    if down == int(down):
        places = 0
    return _("%(number)s %%") % {"number": formats.number_format(down, decimal_pos=places, use_l10n=True)}


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency."""
    return answers.money(amount, currency)


@register.filter
def done(kind: str) -> str:
    """Say what a recipient did."""
    return answers.said(kind)
