"""Somebody before the door, with Django's test client: types, follows links, and keeps their cookies."""

import hmac
import struct
import time
from base64 import b32decode
from typing import Any

import psycopg
import pytest
from django.test import Client

PASSWORD = "a kettle of herrings"


class Guest:
    """A browser that nobody has signed in with yet."""

    def __init__(self, where: str = "10.1.2.3") -> None:
        self.client = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=where)

    def open(self, path: str) -> Any:
        return self.client.get(path)

    def send(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, fields)

    def sign_in(self, email: str, password: str = PASSWORD, next: str = "") -> Any:
        return self.send("/sign-in" + (f"?next={next}" if next else ""), login=email, password=password)

    @property
    def is_in(self) -> bool:
        return self.open("/me").status_code == 200

    @property
    def session(self) -> str:
        return self.client.cookies["sessionid"].value


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: what is kept differs from the real thing in its figures alone."""
    from penstock.web.entrance.hashing import Argon2

    monkeypatch.setattr(Argon2, "memory_cost", 64)
    monkeypatch.setattr(Argon2, "time_cost", 1)


def text(answer: Any) -> str:
    """What the page says."""
    return answer.content.decode()


def give_password(conn: psycopg.Connection[Any], email: str, password: str = PASSWORD) -> None:
    """As if they had set one."""
    from django.contrib.auth.hashers import make_password

    conn.execute("update account_person set password = %s where email = %s", (make_password(password), email))


def code(secret: str, step: int = 0) -> str:
    """The code of RFC 6238 for this secret, `step` half minutes from now."""
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + step), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
