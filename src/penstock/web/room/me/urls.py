"""The addresses of one's own pages. The second factor's are the entrance's."""

from django.urls import path

from penstock.web.room.me import own_tokens, password, profile, sessions

urlpatterns = [
    path("me", profile.profile, name="me"),
    path("me/password", password.password, name="me-password"),
    path("me/sessions", sessions.listed, name="me-sessions"),
    path("me/tokens", own_tokens.listed, name="me-tokens"),
]
