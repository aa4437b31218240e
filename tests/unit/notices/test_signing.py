"""Signatures of Standard Webhooks, against a value computed by the specification's own example of the scheme."""

import base64
import hashlib
import hmac

from penstock.notices.signing import headers, new_secret, signature

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_reference_libraries() -> None:
    """The vector of the reference libraries' own tests."""
    made = signature(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_receiver_can_check_it_with_its_secret() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret[6:])) <= 64
    sent = headers([secret], "msg_1", 1700000000, b"{}")
    signed = hmac.new(base64.b64decode(secret[6:]), b"msg_1.1700000000.{}", hashlib.sha256).digest()
    assert sent == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def test_while_a_secret_is_replaced_both_sign() -> None:
    old, new = new_secret(), new_secret()
    both = headers([new, old], "msg_1", 1, b"{}")["webhook-signature"].split(" ")
    assert both == [signature(new, "msg_1", 1, b"{}"), signature(old, "msg_1", 1, b"{}")]
