"""What people say of themselves: forms for name, language, time zone and password."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from penstock.account.invitations import Invitation
from penstock.account.models import Person
from penstock.account.profile import LANGUAGES
from penstock.web.entrance.forms import password_field


def languages() -> list[tuple[str, Any]]:
    """What can be chosen: each language named in itself."""
    return [("", _("As the browser asks")), *LANGUAGES.items()]


class Myself(forms.Form):
    """Name, language and time zone."""

    name = forms.CharField(
        label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)
    zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("In which times are shown to you: the nearest large city, as in Europe/Paris."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    zones = sorted(each for each in available_timezones() if "/" in each or each == "UTC")

    def clean_zone(self) -> str:
        """Return an IANA name."""
        zone: str = self.cleaned_data["zone"].strip()
        if zone not in available_timezones():
            raise ValidationError(
                _("There is no time zone %(zone)s. Choose one of the list, such as Europe/Paris."),
                params={"zone": zone},
            )
        return zone


class NewPassword(forms.Form):
    """A password for who proved just now who they are; typed once: what was typed can be shown, and a link replaces a forgotten one."""

    password = password_field(_("New password"), "new-password")

    def __init__(self, *args: Any, person: Person, **named: Any) -> None:
        self.person = person
        super().__init__(*args, **named)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """Return a password that is not easily guessed."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


class NewPerson(NewPassword, Myself):
    """Everything that somebody says who was invited."""

    field_order = ["name", "password", "language", "zone"]

    def __init__(self, *args: Any, invitation: Invitation, **named: Any) -> None:
        person = Person(email=invitation.email, name="")
        initial = {"language": invitation.language, "zone": invitation.zone}
        super().__init__(*args, person=person, initial=initial, **named)
        self.fields["password"].label = _("Password")
