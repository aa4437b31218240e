"""The addresses of the settings."""

from django.urls import path

from penstock.web.room.settings import (
    credits,
    domains,
    journal,
    limits,
    notices,
    overview,
    policies,
    tokens,
    transports,
    webhooks,
)

urlpatterns = [
    path("settings", overview.overview, name="settings"),
    path("settings/policies", policies.policies, name="policies"),
    path("settings/domains", domains.domains, name="domains"),
    path("settings/domains/<int:number>", domains.one, name="domain"),
    path("settings/domains/<int:number>/check", domains.check, name="domain-check"),
    path("settings/domains/<int:number>/keys", domains.key, name="domain-key"),
    path("settings/domains/<int:number>/keys/<str:selector>/delete", domains.delete_key, name="domain-key-delete"),
    path("settings/domains/<int:number>/delete", domains.delete, name="domain-delete"),
    path("settings/transports", transports.transports, name="transports"),
    path("settings/transports/<int:number>", transports.one, name="transport"),
    path("settings/transports/<int:number>/health", transports.health, name="transport-health"),
    path("settings/transports/<int:number>/test", transports.test, name="transport-test"),
    path("settings/transports/<int:number>/delete", transports.delete, name="transport-delete"),
    path("settings/credits", credits.credits, name="credits"),
    path("settings/limits", limits.limits, name="limits"),
    path("settings/limits/<int:number>/remove", limits.remove, name="limit-remove"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:number>/revoke", tokens.revoke, name="token-revoke"),
    path("settings/webhooks", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/<int:number>", webhooks.one, name="webhook"),
    path("settings/webhooks/<int:number>/do", webhooks.do, name="webhook-do"),
    path("settings/webhooks/<int:number>/delete", webhooks.delete, name="webhook-delete"),
    path("settings/deliveries/<int:number>", webhooks.delivery, name="delivery"),
    path("settings/notices", notices.settings, name="notice-settings"),
    path("notices", notices.notices, name="notices"),
    path("settings/journal", journal.journal, name="account-journal"),
]  # fmt: skip
