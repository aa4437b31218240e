"""The addresses Penstock answers, each to one view."""

from django.urls import include, path

from penstock.web.pictures import Picture
from penstock.web.signing import SignIn, SignOut
from penstock.web.viewing import Message
from penstock.web.views import Home, Unsubscribe

urlpatterns = [
    path("api/", include("penstock.api.urls")),
    path("", include("penstock.web.room.urls")),
    path("", Home.as_view(), name="home"),
    path("sign-in/<str:secret>", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("p/<str:file>", Picture.as_view(), name="picture"),
    path("v/<str:token>", Message.as_view(), name="view"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
]

handler404 = "penstock.web.views.unknown"
