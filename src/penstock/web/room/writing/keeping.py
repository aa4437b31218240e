"""Keeping the message of a mailing as a template."""

from http import HTTPStatus

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.content import templates
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import fields


@room("templates:write")
def keep(visit: Visit, number: int) -> HttpResponse:
    """Ask what the template is to be called, and make it of the message that the mailing has now."""
    mailing = mailing_of(visit, number)
    if not visit.posted:
        return visit.either("writing/keep.html", mailing=mailing, name=mailing.name)
    name = fields.text(visit.request.POST, "name")
    try:
        made = templates.create(
            visit.conn, visit.account, name=name, message=mailing.message, actor=visit.actor
        )
    except (templates.TemplateNameProblem, templates.TemplateNameTaken) as error:
        return visit.either(
            "writing/keep.html", HTTPStatus.UNPROCESSABLE_ENTITY, mailing=mailing, name=name, wrong=str(error)
        )
    return visit.go("template", made.id, said=_("“%(name)s” is kept as a template.") % {"name": made.name})
