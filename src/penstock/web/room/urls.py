"""The addresses of the control room. Each area brings its own list, beside its views."""

from django.urls import path

from penstock.web.room import choosing

app_name = "room"

urlpatterns = [
    path("place", choosing.place, name="place"),
]
