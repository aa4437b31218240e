"""The second factor: an app that makes codes (TOTP, RFC 6238), recovery codes, and what is asked at sign-in."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView

from penstock.web.entrance.pages import Doorstep, Inside


class Ask(Doorstep, AuthenticateView):
    """`/sign-in/second`: a code or a key, after the password or the link."""

    template_name = "entrance/second.html"


class Again(Inside, ReauthenticateView):
    """`/sign-in/again/code`: a code before something that matters is changed."""

    template_name = "room/me/again_code.html"


class Overview(Inside, IndexView):
    """`/me/second`: what there is, and how to add or remove it."""

    template_name = "room/me/second.html"


class App(Inside, ActivateTOTPView):
    """`/me/second/app`: the picture for the app, and its first code."""

    template_name = "room/me/app.html"


class AppOff(Inside, DeactivateTOTPView):
    """`/me/second/app/off`: without the app from now on."""

    template_name = "room/me/app_off.html"


class Codes(Inside, ViewRecoveryCodesView):
    """`/me/second/codes`: the recovery codes, shown once."""

    template_name = "room/me/codes.html"


class NewCodes(Inside, GenerateRecoveryCodesView):
    """`/me/second/codes/new`: other codes; those before are void."""

    template_name = "room/me/codes_new.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The person, for the form's question whether there is anything to recover."""
        return dict(super().get_form_kwargs())
