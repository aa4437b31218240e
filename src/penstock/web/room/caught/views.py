"""The mailbox of the catching server. It is the whole installation's, so only the platform's staff read it."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.platform import environment
from penstock.preflight import isolating
from penstock.transport import caught as box
from penstock.web.room.caught import folder
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50


@room("platform:moderate", methods=("GET",))
def caught(visit: Visit) -> HttpResponse:
    """The newest messages, found by recipient or subject."""
    if not box.is_there(folder()):
        raise NotThere(_("No catching server keeps its messages in this home. `penstock demo` has one."))
    search, before = visit.request.GET.get("q", "").strip()[:200], visit.request.GET.get("after")
    rows = box.newest(folder(), limit=PAGE + 1, before=before, search=search)
    further = rows[PAGE - 1].key if len(rows) > PAGE else None
    return visit.page("caught/caught.html", mails=rows[:PAGE], further=further, search=search)


@room("platform:moderate", methods=("GET",))
def one(visit: Visit, key: str) -> HttpResponse:
    """One message: header, HTML in an isolated frame, text."""
    message = box.parsed(_read(key))
    return visit.page(
        "caught/one.html", key=key, subject=str(message["Subject"] or ""), header=list(message.items()),
        has_html=message.get_body(("html",)) is not None, text=box.body(message, "plain"),
    )  # fmt: skip


@room("platform:moderate", methods=("GET",))
def html(visit: Visit, key: str) -> HttpResponse:
    """Its HTML, for the frame: nothing in it runs, and nothing is loaded from elsewhere."""
    found = box.body(box.parsed(_read(key)), "html")
    if found is None:
        raise NotThere
    answer = HttpResponse(isolating.framed(found), content_type="text/html; charset=utf-8")
    for name, value in isolating.frame_headers(environment.base_url(), pictures=False).items():
        answer.headers[name] = value
    return answer


@room("platform:moderate", methods=("GET",))
def source(visit: Visit, key: str) -> HttpResponse:
    """The message as it arrived, to be downloaded."""
    headers = {"Content-Disposition": 'attachment; filename="message.eml"'}
    return HttpResponse(_read(key), content_type="message/rfc822", headers=headers)


def _read(key: str) -> bytes:
    found = box.read(folder(), key)
    if found is None:
        raise NotThere
    return found
