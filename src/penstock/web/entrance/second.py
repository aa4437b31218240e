"""What django-allauth asks us about second factors: how their secrets are kept, and under which name they are shown."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _

from penstock.account import secrets


class Second(DefaultMFAAdapter):
    """Second factors as we keep them."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or was used before."),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt with the home's key: the database alone opens nothing."""
        return secrets.encrypt(text).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Raises SecretError when the home's key is another one."""
        return secrets.decrypt(encrypted_text.encode("ascii"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that the system's dialog shows."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Penstock"}

    def send_notification_mail(self, *_given: Any, **_named: Any) -> None:
        """Mail leaves through an account's transport, not through Django."""
