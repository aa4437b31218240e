"""Passkeys and security keys (WebAuthn): they take the browser's script, and TLS or `localhost`."""

from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.urls import reverse_lazy

from penstock.web.entrance.pages import Doorstep, Inside

_BACK = reverse_lazy("mfa_index")


class SignIn(Doorstep, LoginWebAuthnView):
    """`/sign-in/key`: with a passkey alone, which is both: something one has, and one's finger or PIN."""


class Again(Inside, ReauthenticateWebAuthnView):
    """`/sign-in/again/key`: a key before something that matters is changed."""

    template_name = "room/me/again_key.html"


class Add(Inside, AddWebAuthnView):
    """`/me/second/keys/new`: one more key."""

    template_name = "room/me/key.html"


class Rename(Inside, EditWebAuthnView):
    """`/me/second/keys/<number>`: another name for a key."""

    template_name = "room/me/key_name.html"
    success_url = _BACK


class Off(Inside, RemoveWebAuthnView):
    """`/me/second/keys/<number>/off`: without this key from now on."""

    template_name = "room/me/key_off.html"
    success_url = _BACK
