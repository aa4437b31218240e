"""The addresses of the reports over time."""

from django.urls import path

from penstock.web.room.reports import over_time

urlpatterns = [
    path("reports", over_time.reports, name="reports"),
    path("reports.csv", over_time.csv, name="reports-csv"),
]
