"""The addresses of the checking area."""

from django.urls import path

from penstock.web.room.checking import analysing, approvals, previewing, testing

urlpatterns = [
    path("approvals", approvals.work_list, name="approvals"),
    path("approvals/<int:mailing>", approvals.details, name="approval"),
    path("mailings/<int:mailing>/preview", previewing.page, name="mailing-preview"),
    path(
        "mailings/<int:mailing>/preview/<int:contact>/message",
        previewing.message,
        name="mailing-preview-message",
    ),
    path(
        "mailings/<int:mailing>/preview/<int:contact>/source",
        previewing.source,
        name="mailing-preview-source",
    ),
    path("mailings/<int:mailing>/analysis", analysing.page, name="mailing-analysis"),
    path("mailings/<int:mailing>/analysis/<int:finding>", analysing.cases, name="mailing-cases"),
    path("mailings/<int:mailing>/tests", testing.page, name="mailing-tests"),
]
