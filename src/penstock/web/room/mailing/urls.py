"""The pages of one mailing: how it stands, whom it reached, what became of it, and its journal."""

from django.urls import path

from penstock.web.room.mailing import chains, journal, overview, packages, recipients, report, speed

urlpatterns = [
    path("mailings/<int:number>", overview.overview, name="mailing"),
    path("mailings/<int:number>/steps", chains.add, name="mailing-steps"),
    path("mailings/<int:number>/steps/copy", chains.copy, name="mailing-steps-copy"),
    path("mailings/<int:number>/packages", packages.packages, name="mailing-packages"),
    path("mailings/<int:number>/speed", speed.speed, name="mailing-speed"),
    path("mailings/<int:number>/speed.csv", packages.speed_csv, name="mailing-speed-csv"),
    path("mailings/<int:number>/recipients", recipients.recipients, name="mailing-recipients"),
    path("mailings/<int:number>/recipients.csv", recipients.csv, name="mailing-recipients-csv"),
    path("mailings/<int:number>/recipients/<int:seq>", recipients.person, name="mailing-person"),
    path("mailings/<int:number>/report", report.report, name="mailing-report"),
    path("mailings/<int:number>/report/<str:by>.csv", report.csv, name="mailing-report-csv"),
    path("mailings/<int:number>/export.zip", report.whole, name="mailing-export"),
    path("mailings/<int:number>/journal", journal.entries, name="mailing-journal"),
]
