"""What the letters say that hold a way in. Pure."""

from dataclasses import dataclass

from penstock.notices.wording import LONGEST_NAME, one_line


@dataclass(frozen=True)
class Words:
    """A letter: its subject, its sentences, and why one gets it."""

    subject: str
    text: str
    footer: str


_FOOTER = {
    "en": "This message was made by Penstock. If it tells you nothing, you need do nothing.",
    "fr": "Ce message a été fait par Penstock. S’il ne vous dit rien, vous n’avez rien à faire.",
}
_INVITED = {
    "en": (
        "Invitation to {account}",
        "{by} invites you to {account} on Penstock.\n\nThis link lets you in, once, within 7 days. It is for you alone:\n\n{url}",
    ),
    "fr": (
        "Invitation à rejoindre {account}",
        "{by} vous invite à rejoindre {account} dans Penstock.\n\nCe lien vous ouvre la porte une fois, pendant 7 jours. Il n’est"
        " qu’à vous :\n\n{url}",
    ),
}
_FORGOTTEN = {
    "en": (
        "Your link to sign in",
        "Somebody, you presumably, asked for a link to sign in to Penstock.\n\nIt works once, within a quarter of an hour:\n\n{url}\n\n"
        "You can set a new password then. If it was not you, nothing has changed.",
    ),
    "fr": (
        "Votre lien pour vous connecter",
        "Quelqu’un, vous sans doute, a demandé un lien pour se connecter à Penstock.\n\nIl sert une fois, pendant un quart"
        " d’heure :\n\n{url}\n\nVous pourrez ensuite choisir un nouveau mot de passe. Si ce n’était pas vous, rien n’a changé.",
    ),
}


def invited(language: str, account: str, by: str, url: str) -> Words:
    """Return the letter of an invitation. Names are somebody's words: they become one line."""
    names = {"account": one_line(account, LONGEST_NAME), "by": one_line(by, LONGEST_NAME), "url": url}
    return _words(_INVITED, language, **names)


def forgotten(language: str, url: str) -> Words:
    """Return the letter for who forgot their password."""
    return _words(_FORGOTTEN, language, url=url)


def _words(said: dict[str, tuple[str, str]], language: str, **names: str) -> Words:
    spoken = language if language in said else "en"
    subject, text = said[spoken]
    return Words(subject.format(**names), text.format(**names), _FOOTER[spoken])
