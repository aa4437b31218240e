"""The addresses of templates and pictures."""

from django.urls import path

from penstock.web.room.content import pictures, templates, versions

urlpatterns = [
    path("content", templates.listed, name="templates"),
    path("content/templates/new", templates.new, name="template-new"),
    path("content/templates/<int:number>", templates.one, name="template"),
    path("content/templates/<int:number>/look", templates.look, name="template-look"),
    path("content/templates/<int:number>/versions", versions.listed, name="template-versions"),
    path("content/templates/<int:number>/delete", templates.delete, name="template-delete"),
    path("content/pictures", pictures.listed, name="pictures"),
    path("content/pictures/<int:number>", pictures.one, name="picture"),
    path("content/pictures/<int:number>/delete", pictures.delete, name="picture-delete"),
]
