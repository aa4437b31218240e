"""Policies with their effect, in plain words; all that a form changes is changed, or nothing."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import policies as there
from penstock.account.policy import RULES, PolicyError
from penstock.web.room.visit import Visit, room


@room("policies:read")
def policies(visit: Visit) -> HttpResponse:
    """Every policy with what holds; who may, changes them."""
    wrong, status = "", HTTPStatus.OK
    if visit.posted:
        visit.require("policies:write")
        try:
            there.change(visit.conn, visit.account, _changes(visit), visit.actor)
            return visit.go("policies", said=_("Saved. What is under way follows from its next step on."))
        except PolicyError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/policies.html", status, rows=_rows(visit), wrong=wrong,
        may_write=visit.may("policies:write"),
    )  # fmt: skip


def _changes(visit: Visit) -> dict[str, Any]:
    """Return what the form says of the policies that it may change; an empty field goes back to the default."""
    post, mine = visit.request.POST, visit.may("platform:moderate")
    return {
        name: rule.read(text) if (text := post.get(name, "").strip()) else None
        for name, rule in RULES.items()
        if name in post and (mine or not rule.by_platform)
    }


def _rows(visit: Visit) -> list[dict[str, Any]]:
    now = there.read(visit.conn, visit.account)
    post, mine = visit.request.POST, visit.may("platform:moderate")
    return [
        {
            "rule": rule, "title": name.replace("_", " "), "value": post.get(name, getattr(now, name)),
            "is_default": getattr(now, name) == rule.default, "is_mine": mine or not rule.by_platform,
        }
        for name, rule in RULES.items()
    ]  # fmt: skip
