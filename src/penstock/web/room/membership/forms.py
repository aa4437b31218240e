"""Forms about people: which roles, and whom to invite."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from penstock.account import access
from penstock.account.profile import LANGUAGES
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM

ROLES = {
    "author": _("author: makes mailings, contacts and templates"),
    "approver": _("approver: approves and rejects, changes launch dates"),
    "operator": _("operator: launches, pauses and cancels what was approved"),
    "administrator": _("administrator: all of this, and people, tokens, transports, domains, policies"),
}
"""What each role may do, in words; docs/reference/access.md has the whole table."""


def may_give(actor: Actor, roles: Iterable[str]) -> bool:
    """Tell whether the actor may give away (or take) all of these roles."""
    return PLATFORM in actor.roles or access.of_roles(roles) <= access.granted(actor)


class Roles(forms.Form):
    """The roles of somebody; only those are offered that may be given."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, **named: Any) -> None:
        super().__init__(*args, **named)
        offered = [(role, words) for role, words in ROLES.items() if may_give(actor, [role])]
        self.fields["roles"].choices = offered


class Invite(Roles):
    """Whom to invite, into which roles, and in which language the letter is."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=list(LANGUAGES.items()))
    field_order = ["email", "roles", "language"]

    def __init__(self, *args: Any, **named: Any) -> None:
        spoken = (get_language() or "en")[:2]
        super().__init__(
            *args, initial={"roles": ["author"], "language": spoken if spoken in LANGUAGES else "en"}, **named
        )
