"""The addresses of the audience."""

from django.urls import path

from penstock.web.room.audience import (
    bounces,
    contacts,
    importing,
    lists,
    personal,
    received,
    segments,
    suppressions,
)

urlpatterns = [
    path("audience", contacts.contacts, name="contacts"),
    path("audience/contacts/new", contacts.new, name="contact-new"),
    path("audience/contacts/<int:number>", contacts.contact, name="contact"),
    path("audience/contacts/<int:number>/erase", personal.erase, name="contact-erase"),
    path("audience/contacts/<int:number>/story", personal.told, name="contact-story"),
    path("audience/contacts/<int:number>/data", personal.data, name="contact-data"),
    path("audience/erasures", personal.erasures, name="erasures"),
    path("audience/contacts/<int:number>/lists", contacts.membership, name="contact-lists"),
    path("audience/export", contacts.export, name="contacts-export"),
    path("audience/lists", lists.lists, name="lists"),
    path("audience/lists/<int:number>", lists.one, name="list"),
    path("audience/lists/<int:number>/delete", lists.delete, name="list-delete"),
    path("audience/segments", segments.segments, name="segments"),
    path("audience/segments/new", segments.new, name="segment-new"),
    path("audience/segments/count", segments.count, name="segment-count"),
    path("audience/segments/<int:number>", segments.one, name="segment"),
    path("audience/segments/<int:number>/delete", segments.delete, name="segment-delete"),
    path("audience/imports", importing.imports, name="imports"),
    path("audience/imports/upload", importing.upload, name="import-upload"),
    path("audience/imports/look", importing.look, name="import-look"),
    path("audience/imports/<int:number>", importing.one, name="import"),
    path("audience/imports/<int:number>/report", importing.report, name="import-report"),
    path("audience/bounces", bounces.bounces, name="bounces"),
    path("audience/received", received.received, name="received"),
    path("audience/suppressions", suppressions.suppressions, name="suppressions"),
    path("audience/suppressions/<int:number>/lift", suppressions.lift, name="suppression-lift"),
]
