"""The addresses Penstock answers, each to one view."""

from django.urls import include, path

from penstock.web.views import Home, Unsubscribe

urlpatterns = [
    path("api/", include("penstock.api.urls")),
    path("", Home.as_view(), name="home"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
]

handler404 = "penstock.web.views.unknown"
