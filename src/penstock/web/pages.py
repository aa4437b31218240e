"""The few pages that strangers see, in the language their browser asks for."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from penstock.web.headers import stylesheet

# Each page: title, text, and the words on its button where it has one.
TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "home": (
            "Penstock",
            "This address answers the links in messages. There is nothing else to see here.",
        ),
        "ask": (
            "Unsubscribe?",
            "You will get no more mail from this sender at this address.",
            "Unsubscribe",
        ),
        "unknown": ("Nothing here", "This link leads nowhere. If you copied it, see that it is complete."),
        "view-nobody": (
            "Your message will be here",
            "This is the link of a preview or of a test, and it works. In the mailing itself each recipient’s link opens the message"
            " that this recipient got, and nobody else’s. Here there is none to show.",
        ),
        "nobody": (
            "Nobody is unsubscribed",
            "This is the link of a preview, of a test, or of a copy shown in a browser, which anybody may be given: it unsubscribes"
            " nobody. In the mailing itself each recipient’s link does."
            " To unsubscribe, use the link in the message that you received.",
        ),
        "gone": ("No longer here", "This message is not kept any more, or not for you."),
        "unclear": ("Unsubscribe?", "The request was not understood. Please use the button.", "Unsubscribe"),
        "later": ("Not now", "This cannot be done at the moment. Please try again in a minute."),
        "sign-in": ("Sign in", "This link signs you in once. It is yours alone.", "Sign in"),
        "signed-in": ("Penstock", "You are signed in as {person}.", "Sign out"),
        "over": (
            "This link is over",
            "A link signs in once, within a quarter of an hour. Ask for a new one: penstock user reset",
        ),
        "stale": (
            "Not done",
            "This page was open for too long, or cookies are refused. Open the link again.",
        ),
    },
    "fr": {
        "home": (
            "Penstock",
            "Cette adresse répond aux liens des messages. Il n’y a rien d’autre à voir ici.",
        ),
        "ask": (
            "Se désabonner ?",
            "Vous ne recevrez plus de messages de cet expéditeur à cette adresse.",
            "Se désabonner",
        ),
        "unknown": (
            "Rien ici",
            "Ce lien ne mène nulle part. Si vous l’avez copié, vérifiez qu’il est complet.",
        ),
        "view-nobody": (
            "Votre message sera ici",
            "C’est le lien d’un aperçu ou d’un test, et il fonctionne. Dans l’envoi lui-même, le lien de chaque destinataire ouvre le"
            " message qu’il a reçu, et celui de personne d’autre. Ici, il n’y en a aucun à montrer.",
        ),
        "nobody": (
            "Personne n’est désabonné",
            "C’est le lien d’un aperçu, d’un test ou d’une copie affichée dans un navigateur, que chacun peut recevoir : il ne"
            " désabonne personne. Dans l’envoi lui-même, celui de chaque destinataire le fait."
            " Pour vous désabonner, utilisez le lien du message que vous avez reçu.",
        ),
        "gone": ("Plus rien ici", "Ce message n’est plus conservé, ou plus pour vous."),
        "unclear": (
            "Se désabonner ?",
            "La demande n’a pas été comprise. Utilisez le bouton, s’il vous plaît.",
            "Se désabonner",
        ),
        "later": (
            "Pas maintenant",
            "C’est impossible pour le moment. Réessayez dans une minute, s’il vous plaît.",
        ),
        "sign-in": (
            "Se connecter",
            "Ce lien vous connecte une seule fois. Il n’est qu’à vous.",
            "Se connecter",
        ),
        "signed-in": ("Penstock", "Vous êtes connecté : {person}.", "Se déconnecter"),
        "over": (
            "Ce lien n’est plus valable",
            "Un lien sert une fois, pendant un quart d’heure. Demandez-en un autre : penstock user reset",
        ),
        "stale": (
            "Rien n’a été fait",
            "Cette page est restée ouverte trop longtemps, ou les cookies sont refusés. Ouvrez le lien à nouveau.",
        ),
    },
}


def page(
    request: HttpRequest, name: str, status: int = 200, *, action: str = "", hidden: dict[str, str] | None = None,
    person: str = "",
) -> HttpResponse:  # fmt: skip
    """Return the page `name` with this status; it works without scripts and loads nothing.

    Its button posts the fields `hidden` to `action`, the page's own address if empty; its text may name `person`.
    """
    language = language_of(request)
    title, text, button = (*TEXTS[language][name], "")[:3]
    told = {
        "language": language, "title": title, "text": text.format(person=person), "button": button, "style": stylesheet(),
        "action": action, "hidden": (hidden or {}).items(),
    }  # fmt: skip
    response = HttpResponse(render_to_string("web/plain.html", told), status=status)
    patch_vary_headers(response, ["Accept-Language"])
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language that the address names (`?language=fr`), else the first asked for that we speak, else English."""
    named = request.GET.get("language", "")
    if named in TEXTS:
        return named
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((code[:2] for code, _ in asked if code[:2] in TEXTS), "en")
