"""The addresses of the platform's area, and of the kill switches that accounts have too."""

from django.urls import path

from penstock.web.room.platform import accounts, moderating, switching, unlocking

urlpatterns = [
    path("platform", moderating.desk, name="platform"),
    path("platform/unlocks", unlocking.unlocks, name="unlocks"),
    path("platform/accounts", accounts.listed, name="accounts"),
    path("platform/accounts/<int:number>", accounts.one, name="account"),
    path("switches", switching.listed, name="switches"),
    path("switches/put", switching.put, name="put-switch"),
    path("switches/<int:number>/lift", switching.lift, name="lift-switch"),
]
