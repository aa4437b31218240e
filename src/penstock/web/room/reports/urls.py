"""The addresses of the reports: over time, of several mailings beside each other, and the orders."""

from django.urls import path

from penstock.web.room.reports import comparing, orders, over_time

urlpatterns = [
    path("reports", over_time.reports, name="reports"),
    path("reports.csv", over_time.csv, name="reports-csv"),
    path("reports/mailings", comparing.mailings, name="reports-mailings"),
    path("reports/mailings.csv", comparing.csv, name="reports-mailings-csv"),
    path("reports/compare", comparing.compare, name="reports-compare"),
    path("reports/orders", orders.orders, name="reports-orders"),
]
