"""What a message asks for by a keyword: to get no more (STOP), to get them again (START), to be told what this is (HELP). Pure.

The words are those that carriers and regulators know (CTIA Messaging Principles §5.1, 47 CFR §64.1200(a)(10), the French AF2M's STOP)
and what people write in the languages of Europe instead. Written in any case, with or without accents, signs and digits around it.
In doubt it is a STOP: a message too few costs less than one that was refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Keyword(StrEnum):
    """What a message asks for; the table has a CHECK with the same words."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_LONGEST: Final = 400
"""Characters that are looked at: a keyword stands in a short message, at its beginning or its end."""
_SHORT: Final = 4
"""Words of a message that may end with a word of _STOP: "non merci, stop"."""

# Words that mean nothing else at the beginning of a message.
_STOP: Final = frozenset(
    [
        "stop",
        "stopp",
        "stopall",
        "unsubscribe",
        "optout",
        "arret",
        "arreter",
        "arretez",
        "desabonner",
        "desabonnement",
        "desinscription",
        "desinscrire",
        "abmelden",
        "abbestellen",
        "austragen",
        "disiscrivimi",
        "disiscrizione",
        "afmelden",
        "uitschrijven",
        "wypisz",
        "avregistrera",
        "afmeld",
        "avslutt",
        "стоп",
        "отписаться",
        "停止",
        "退订",
        "توقف",
    ]
)
# Words that are too usual for that: they count as the whole message only.
_STOP_ALONE: Final = frozenset({
    "end", "quit", "cancel", "revoke", "remove", "opt out", "stop all", "remove me", "ende", "fin", "alto", "parar", "cancelar", "annulla", "cancella",
    "basta", "sair", "stoppen", "rezygnuje", "avsluta", "iptal", "ret", "dur", "halt",
    "baja", "dar de baja", "darme de baja",
})  # fmt: skip
_START_ALONE: Final = frozenset({
    "start", "unstop", "resume", "subscribe", "debut", "reprendre", "reabonner", "anmelden", "alta", "iniziare", "iscrivimi", "aanmelden",
    "iniciar", "старт",
})  # fmt: skip
_HELP_ALONE: Final = frozenset(
    ["help", "info", "aide", "hilfe", "ayuda", "aiuto", "ajuda", "hulp", "pomoc", "hjalp", "apua", "помощь"]
)
_WORDS: Final = re.compile(r"[^\W\d_]+")


def meaning(text: str, more: Collection[str] = ()) -> Keyword | None:
    """Return what a message asks for, None where it is just a message. `more`: further words that stop (as `plain` writes them)."""
    words = _words(text)
    if not words:
        return None
    whole, stops = " ".join(words), _STOP.union(more)
    if words[0] in stops or whole in stops or whole in _STOP_ALONE:
        return Keyword.STOP
    if len(words) <= _SHORT and words[-1] in stops:
        return Keyword.STOP
    if whole in _START_ALONE:
        return Keyword.START
    return Keyword.HELP if whole in _HELP_ALONE else None


def plain(word: str) -> str:
    """Return a keyword as it is compared: "Désabonner !" is "desabonner"; "" where nothing of it is a letter."""
    return " ".join(_words(word))


def _words(text: str) -> list[str]:
    """The words of a message, in small letters without accents; what is no letter parts them."""
    folded = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    return _WORDS.findall("".join(char for char in folded if not unicodedata.combining(char)))
