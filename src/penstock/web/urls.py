"""The addresses Penstock answers, each to one view."""

from django.urls import path

from penstock.web.views import Home, Unsubscribe

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("u/<str:token>", Unsubscribe.as_view(), name="unsubscribe"),
]

handler404 = "penstock.web.views.unknown"
