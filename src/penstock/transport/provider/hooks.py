"""What each provider's webhook wants to be read with: django-anymail's view for it, and what its requests are signed with.

Gateways for short messages (transport.gateway) have no view: their URLs say what they tell, and how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hook:
    """One provider's webhook for what became of messages. `view`: anymail's class in `anymail.webhooks.<provider>`.

    `key`: anymail's name of what verifies the signature, "" where requests bear none and the address alone is the secret;
    `called`: what the provider calls it; `needed`: nothing is believed without it. `own`: it is the key of the API itself.
    `batch`: one request tells of many messages. `title`: the provider's name, of those that are none of anymail's.
    """

    view: str
    key: str = ""
    called: str = ""
    needed: bool = False
    own: bool = False
    batch: bool = False
    title: str = ""


HOOKS: Final[dict[str, Hook]] = {
    "brevo": Hook("BrevoTrackingWebhookView"),
    "mailersend": Hook("MailerSendTrackingWebhookView", "signing_secret", "Signing secret", needed=True),
    "mailgun": Hook("MailgunTrackingWebhookView", "webhook_signing_key", "HTTP webhook signing key", needed=True),
    "mailjet": Hook("MailjetTrackingWebhookView", batch=True),
    "mailtrap": Hook("MailtrapTrackingWebhookView", "tracking_secret", "Signature verification key", batch=True),
    "mandrill": Hook("MandrillCombinedWebhookView", "webhook_key", "Webhook key", needed=True, batch=True),
    "postal": Hook("PostalTrackingWebhookView", "webhook_key", "Public key of the signing key", needed=True),
    "postmark": Hook("PostmarkTrackingWebhookView"),
    "resend": Hook("ResendTrackingWebhookView", "signing_secret", "Signing secret"),
    "sparkpost": Hook("SparkPostTrackingWebhookView", batch=True),
    "unisender_go": Hook("UnisenderGoTrackingWebhookView", "api_key", needed=True, own=True, batch=True),
}  # fmt: skip
"""By the provider's name in a transport's URL. Scaleway tells nothing that anymail could read."""

SHORT: Final[dict[str, Hook]] = {
    "gateway": Hook("", "secret", "Signing secret", needed=True, batch=True, title="SMS gateway"),
    "twilio": Hook("", "auth_token", "Auth token", own=True, title="Twilio"),
}
"""Those of gateways for short messages."""

EVERY: Final = HOOKS | SHORT

GATEWAYS: Final = {"sms+https": "gateway", "sms+http": "gateway", "twilio": "twilio"}
"""The names of gateways by the scheme of a URL."""
