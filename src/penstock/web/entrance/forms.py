"""What people type at the door."""

import logging
from typing import Any

from allauth.account.forms import LoginForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from penstock.account.people import PersonError, check_address

log = logging.getLogger("penstock.sign-in")

_USED_FOR = 120
"""Seconds that a code is remembered: longer than any is good (30 s, and a step each way for clocks that differ)."""


def address_field() -> forms.CharField:
    """A field for one's own address. Not an EmailField: some addresses here are at `localhost`, or have letters of all the world."""
    told = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=_("E-mail address"), max_length=320, widget=forms.TextInput(attrs=told))


def password_field(label: Any, autocomplete: str) -> forms.CharField:
    """A field for a password: `autocomplete` is current-password or new-password, for password managers."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=4096, widget=widget)


class SignIn(LoginForm):
    """Address and password."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["login"] = address_field()
        self.fields["password"] = password_field(_("Password"), "current-password")
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """The address in its normal form; what is none is nobody's, and is refused as an unknown one is."""
        try:
            return check_address(self.cleaned_data["login"])
        except PersonError:
            return str(self.cleaned_data["login"]).lower()


class _Once:
    """A code gets in once: who looks over a shoulder does not follow."""

    user: Any

    def clean_code(self) -> str:
        """Return the code when it is right and was not used before; what is refused is noted."""
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            log.warning("second factor refused: %s", self.user)
            raise
        if not cache.add(f"code-{self.user.pk}-{normalize_user_code(code)}", "used", _USED_FOR):
            raise get_adapter().validation_error("incorrect_code")
        return code


class Code(_Once, AuthenticateForm):
    """The code of an app, or one of the recovery codes, at sign-in."""


class CodeAgain(_Once, ReauthenticateForm):
    """The same before something that matters is changed."""


class Forgotten(forms.Form):
    """Whose password is forgotten."""

    email = address_field()
