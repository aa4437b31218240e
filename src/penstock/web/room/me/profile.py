"""Name, language and time zone; the address and the roles are shown."""

from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from penstock.account import profile as profiles
from penstock.account.accounts import AccountError
from penstock.web.entrance.myself import Myself
from penstock.web.room.visit import Visit, room


@room(None)
def profile(visit: Visit) -> HttpResponse:
    """`/me`."""
    person = visit.person
    form = Myself(
        visit.request.POST or None,
        initial={"name": person.name, "language": person.language, "zone": person.zone},
    )
    if not (visit.posted and form.is_valid()):
        return visit.page("me/profile.html", form=form)
    try:
        profiles.change(visit.conn, person.pk, **form.cleaned_data)
    except AccountError as error:
        form.add_error("name", str(error))
        return visit.page("me/profile.html", form=form)
    if form.cleaned_data["language"]:
        translation.activate(form.cleaned_data["language"])  # what is said next is said in it
    return visit.go("me", said=_("Saved."))
