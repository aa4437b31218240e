"""The addresses of the caught mail."""

from django.urls import path

from penstock.web.room.caught import views

urlpatterns = [
    path("caught", views.caught, name="caught"),
    path("caught/<str:key>", views.one, name="caught-one"),
    path("caught/<str:key>/html", views.html, name="caught-html"),
    path("caught/<str:key>/source", views.source, name="caught-source"),
]
