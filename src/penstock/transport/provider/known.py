"""The providers whose APIs django-anymail speaks, and what each wants to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MARK: Final = "penstock"
"""The name under which a message's mark stands in its metadata."""


@dataclass(frozen=True, slots=True)
class Api:
    """One provider's API. `secret` and `user` are anymail's names for what stands as password and user in the URL.

    `options` are anymail's settings that the URL may give, `needed` those without which nothing works, `regions` the base
    addresses of other regions; `home` is false where the base address has to be given, as everybody runs their own.
    """

    title: str
    secret: str
    user: str = ""
    options: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    regions: dict[str, str] = field(default_factory=dict)
    home: bool = True
    hosts: tuple[str, ...] = ()  # where it is known to be, of one whose host has to be named
    path: str = "/"  # behind the host of a base address that was given
    check: str = ""  # what can be asked with the key alone, from the base address on
    key_field: str = ""  # the header field that shows the key then
    mark: str = "metadata"  # how a message says what its provider is to repeat when it tells of it: metadata, tags, or "" not at all


KNOWN: Final[dict[str, Api]] = {
    "brevo": Api("Brevo", "api_key", path="/v3/", check="account", key_field="api-key: {key}"),
    "mailersend": Api("MailerSend", "api_token", path="/v1/", mark="tags"),
    "mailgun": Api("Mailgun", "api_key", options=("sender_domain",), path="/v3",
                   regions={"eu": "https://api.eu.mailgun.net/v3"}),
    "mailjet": Api("Mailjet", "secret_key", user="api_key", path="/v3.1/"),
    "mailtrap": Api("Mailtrap", "api_token"),
    "mandrill": Api("Mandrill", "api_key", path="/api/1.0"),
    "postal": Api("Postal", "api_key", home=False, path="", mark="tags"),
    "postmark": Api("Postmark", "server_token", options=("message_stream",), check="server",
                    key_field="X-Postmark-Server-Token: {key}"),
    "resend": Api("Resend", "api_key"),
    "scaleway": Api("Scaleway", "secret_key", options=("project_id", "region"), needed=("project_id",), mark=""),
    "sparkpost": Api("SparkPost", "api_key", options=("subaccount",), path="/api/v1/",
                     check="account", key_field="Authorization: {key}", regions={"eu": "https://api.eu.sparkpost.com/api/v1"}),
    "unisender_go": Api("Unisender Go", "api_key", home=False, path="/ru/transactional/api/v1",
                        hosts=("go1.unisender.ru", "go2.unisender.ru")),
}  # fmt: skip
"""By the name in the URL. Amazon SES and SendGrid are not here: they take mail over SMTP, with credentials made for that, and
django-anymail wants a library of its own for the one and has given up the other."""
