"""The addresses of Settings › People."""

from django.urls import path

from penstock.web.room.membership import inviting, roster

urlpatterns = [
    path("settings/people", roster.people, name="people"),
    path("settings/people/invite", inviting.invite, name="people-invite"),
    path("settings/people/<int:number>/roles", roster.roles, name="people-roles"),
    path("settings/people/<int:number>/out", roster.out, name="people-out"),
    path("settings/people/<int:number>/platform", roster.platform, name="people-platform"),
    path("settings/people/<int:number>/lock", roster.lock, name="people-lock"),
    path("settings/people/invitations/<int:number>/again", inviting.again, name="invitation-again"),
    path("settings/people/invitations/<int:number>/revoke", inviting.revoke, name="invitation-revoke"),
]
