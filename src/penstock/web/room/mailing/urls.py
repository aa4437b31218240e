"""The pages of one mailing: how it stands, whom it reached, what became of it, and its journal."""

from django.urls import path

from penstock.web.room.mailing import overview

urlpatterns = [
    path("mailings/<int:number>", overview.overview, name="mailing"),
]
