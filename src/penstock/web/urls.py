"""The addresses Penstock answers, each to one view."""

from django.urls import include, path

from penstock.web import hooks
from penstock.web.followed import followed
from penstock.web.pictures import Picture
from penstock.web.unsubscribing import Unsubscribe
from penstock.web.viewing import Message
from penstock.web.views import Home

urlpatterns = [
    path("api/", include("penstock.api.urls")),
    path("", include("penstock.web.room.urls")),
    path("", Home.as_view(), name="home"),
    path("", include("penstock.web.entrance.urls")),
    path("p/<str:file>", Picture.as_view(), name="picture"),
    path("c/<str:rest>", followed, name="click"),  # web.following answers before Django what leads somewhere
    path("o/<str:rest>", followed, name="open"),
    path("v/<str:token>", Message.as_view(), name="view"),
    path("hooks/<int:transport>/<str:secret>", hooks.Provider.as_view(), name="provider-hook"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
]

handler404 = "penstock.web.views.unknown"
handler500 = "penstock.web.views.failed"
handler429 = "penstock.web.entrance.knocking.too_many"
