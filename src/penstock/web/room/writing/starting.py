"""What stands in a letter that has just been begun: enough to see how it is written, and the link that ends the mail."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from penstock.content.accepting import SMS
from penstock.content.message import Message


def message(form: str, sender: str, name: str) -> Message:
    """Return a message begun in this form: a letter (`html`, `mjml`, else as blocks), or a short message (`text`)."""
    if form == "text":
        return Message(sender=sender, subject="", text="", channel=SMS)
    begun = {"html": _html, "mjml": _mjml}.get(form)
    if begun is not None:
        begun_with: dict[str, Any] = {form: begun()}
        return Message(sender=sender, subject=name, **begun_with)
    return Message(sender=sender, subject=name, design=design(name))


def design(heading: str) -> dict[str, Any]:
    """Return a design with a heading, a paragraph and the footer."""
    return {
        "version": 1,
        "settings": {"language": (get_language() or "en")[:2]},
        "blocks": [
            {"type": "heading", "text": heading},
            {"type": "text", "html": f"<p>{_('Write here.')}</p>"},
            {"type": "footer", "text": "", "unsubscribe": _("Unsubscribe")},
        ],
    }


def _html() -> str:
    return (
        f'<!doctype html>\n<html lang="{(get_language() or "en")[:2]}">\n<body>\n<p>{_("Write here.")}</p>\n'
        f'<p><a href="{{{{ unsubscribe_url }}}}">{_("Unsubscribe")}</a></p>\n</body>\n</html>\n'
    )


def _mjml() -> str:
    return (
        f'<mjml lang="{(get_language() or "en")[:2]}">\n  <mj-body>\n    <mj-section>\n      <mj-column>\n'
        f"        <mj-text>{_('Write here.')}</mj-text>\n"
        f'        <mj-text><a href="{{{{ unsubscribe_url }}}}">{_("Unsubscribe")}</a></mj-text>\n'
        "      </mj-column>\n    </mj-section>\n  </mj-body>\n</mjml>\n"
    )
