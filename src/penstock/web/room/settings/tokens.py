"""Tokens: made with a name and what they may do, shown once, revoked."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import access
from penstock.account import tokens as there
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room


@room("tokens:read")
def tokens(visit: Visit) -> HttpResponse:
    """The tokens, and a form for another one; its secret is on the page that makes it, and nowhere else."""
    post, wrong, made, status = visit.request.POST, "", None, HTTPStatus.OK
    if visit.posted:
        visit.require("tokens:write")
        try:
            made = there.create(
                visit.conn, account=visit.account, name=post.get("name", ""), scopes=post.getlist("scope"), actor=visit.actor,
                expires_at=_end(post.get("days", "")),
            )  # fmt: skip
        except (there.TokenError, access.UnknownScope, access.Forbidden) as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    granted = access.granted(visit.actor)
    return visit.page(
        "settings/tokens.html", status, tokens=there.listed(visit.conn, visit.account, revoked="revoked" in visit.request.GET),
        made=made, wrong=wrong, scopes=[scope for scope in access.TABLE if scope.name in granted],
        chosen=[] if made else post.getlist("scope"), name="" if made else post.get("name", ""),
        may_write=visit.may("tokens:write"),
    )  # fmt: skip


@room("tokens:write")
def revoke(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a token is to be revoked, and do it."""
    try:
        token = there.find(visit.conn, visit.account, number)
        if visit.posted:
            there.revoke(visit.conn, visit.account, number, visit.actor)
            return visit.go("tokens", said=_("%(name)s is revoked.") % {"name": token.name})
    except there.UnknownToken as error:
        raise NotThere(str(error)) from None
    return visit.either("settings/token_revoke.html", token=token)


def _end(days: str) -> datetime | None:
    """Return the end of a token; without days it has none. Raises TokenError for what is no number of days: not everlasting for that."""
    if not days.strip():
        return None
    if not (number := number_of(days.strip())):
        told = {"what": _("Ends after so many days"), "text": days.strip()[:40]}
        raise there.TokenError(_("%(what)s is a whole number, not %(text)s.") % told)
    return datetime.now(UTC) + timedelta(days=min(number, 3650))
