"""The addresses of mailings being written."""

from django.urls import path

from penstock.web.room.writing import (
    beginning,
    confirming,
    counter,
    counting,
    earlier,
    editing,
    forms,
    keeping,
    looking,
)

urlpatterns = [
    path("mailings/new", beginning.new, name="new-mailing"),
    path("mailings/<int:number>/edit", editing.edit, name="edit"),
    path("mailings/<int:number>/edit/look", looking.look, name="edit-look"),
    path("mailings/<int:number>/edit/counter", counter.look, name="edit-counter"),
    path("mailings/<int:number>/edit/form", forms.change, name="edit-form"),
    path("mailings/<int:number>/edit/count", counting.count, name="edit-count"),
    path("mailings/<int:number>/edit/send", confirming.send, name="edit-send"),
    path("mailings/<int:number>/edit/earlier", earlier.listed, name="edit-earlier"),
    path("mailings/<int:number>/edit/earlier/<int:version>", earlier.one, name="edit-version"),
    path("mailings/<int:number>/edit/earlier/<int:version>/look", earlier.look, name="edit-version-look"),
    path("mailings/<int:number>/edit/template", keeping.keep, name="edit-template"),
]
