"""The addresses of the control room. Each area brings its own list, beside its views."""

from django.urls import include, path

from penstock.web.room import choosing, styleguide

app_name = "room"

urlpatterns = [
    path("", include("penstock.web.room.writing.urls")),
    path("", include("penstock.web.room.content.urls")),
    path("", include("penstock.web.room.board.urls")),
    path("", include("penstock.web.room.audience.urls")),
    path("", include("penstock.web.room.mailing.urls")),
    path("", include("penstock.web.room.reports.urls")),
    path("", include("penstock.web.room.caught.urls")),
    path("", include("penstock.web.room.me.urls")),
    path("", include("penstock.web.room.membership.urls")),
    path("", include("penstock.web.room.checking.urls")),
    path("", include("penstock.web.room.timing.urls")),
    path("", include("penstock.web.room.deciding.urls")),
    path("", include("penstock.web.room.settings.urls")),
    path("", include("penstock.web.room.platform.urls")),
    path("place", choosing.place, name="place"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
]
