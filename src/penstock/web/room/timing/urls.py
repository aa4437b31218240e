"""The address at which the timeline of a mailing stands."""

from django.urls import path

from penstock.web.room.timing import foreseeing

urlpatterns = [path("mailings/<int:number>/timeline", foreseeing.page, name="mailing-timeline")]
