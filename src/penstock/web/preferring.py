"""The page where a person sees what they get and chooses, in two languages. It works without scripts and loads nothing."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from penstock.audience.public import Change
from penstock.feedback.preferences import OWN, Preferences
from penstock.web.headers import stylesheet

NAMES: Final = {"en": "English", "fr": "Français"}
WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "What you get",
        "only": "Unsubscribe?",
        "about": "This is about the mail of one sender to {address}.",
        "choose": "Tick what you want to get from this sender.",
        "save": "Save my choice",
        "all": "Or nothing at all",
        "all_text": "You will get no more mail from this sender at this address.",
        "leave": "Unsubscribe",
        "leave_all": "Unsubscribe from everything",
        "off_title": "You are unsubscribed",
        "off": "You will get no more mail from this sender at this address.",
        "undo": "Undo: I want to get mail again",
        "undo_lists": "Undo",
        "barred_title": "Nothing is sent to you",
        "barred": "This sender sends nothing to this address any more, and that cannot be changed here. Write to the sender if you"
        " want to get mail again.",
        "on": "Undone. You get mail again.",
        "saved": "Your choice is saved.",
        "same": "Nothing has changed.",
        "language": "Language",
    },
    "fr": {
        "title": "Ce que vous recevez",
        "only": "Se désabonner ?",
        "about": "Il s’agit des messages d’un expéditeur à {address}.",
        "choose": "Cochez ce que vous voulez recevoir de cet expéditeur.",
        "save": "Enregistrer mon choix",
        "all": "Ou plus rien du tout",
        "all_text": "Vous ne recevrez plus de messages de cet expéditeur à cette adresse.",
        "leave": "Se désabonner",
        "leave_all": "Se désabonner de tout",
        "off_title": "Vous êtes désabonné",
        "off": "Vous ne recevrez plus de messages de cet expéditeur à cette adresse.",
        "undo": "Annuler : je veux de nouveau recevoir des messages",
        "undo_lists": "Annuler",
        "barred_title": "Rien ne vous est envoyé",
        "barred": "Cet expéditeur n’envoie plus rien à cette adresse, et cela ne peut pas être changé ici. Écrivez-lui si vous voulez"
        " de nouveau recevoir ses messages.",
        "on": "C’est annulé. Vous recevez de nouveau des messages.",
        "saved": "Votre choix est enregistré.",
        "same": "Rien n’a changé.",
        "language": "Langue",
    },
}


def page(
    request: HttpRequest, found: Preferences, language: str, *, said: str = "", undo: Change | None = None
) -> HttpResponse:  # fmt: skip
    """Return the page for what somebody gets. `said`: what was done just now, a key of WORDS; `undo`: what changed with it."""
    words = WORDS[language]
    state = "open" if found.nothing is None else "off" if found.nothing == OWN else "barred"
    titles = {"open": "title" if found.offers else "only", "off": "off_title", "barred": "barred_title"}
    told = {
        "language": language, "others": [(code, name) for code, name in NAMES.items() if code != language],
        "style": stylesheet(), "words": words, "state": state, "title": words[titles[state]],
        "about": words["about"].format(address=found.address), "offers": found.offers, "undo": undo,
        "said": words[said] if said in ("on", "saved", "same") else "",
    }  # fmt: skip
    response = HttpResponse(render_to_string("web/preferences.html", told))
    patch_vary_headers(response, ["Accept-Language"])
    return response
