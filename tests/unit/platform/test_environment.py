"""The environment variables, the home and the keys."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.platform import environment
from penstock.platform.trouble import Trouble


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "deep" / "home"))
    for name in ("PENSTOCK_SECRET_KEY", "PENSTOCK_BASE_URL", "PENSTOCK_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "deep" / "home"


def test_home_is_private_its_parents_usual(place):
    assert environment.home() == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.parent.stat().st_mode) != 0o700


def test_home_that_cannot_be_made_is_named(place, monkeypatch):
    (place.parent.parent / "file").write_text("")
    monkeypatch.setenv("PENSTOCK_HOME", str(place.parent.parent / "file" / "home"))
    with pytest.raises(Trouble, match="cannot be made") as refused:
        environment.home()
    assert "PENSTOCK_HOME" in refused.value.cure


def test_home_that_is_no_folder_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for name in ("file", "link"):
        monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / name))
        with pytest.raises(Trouble, match=f"{name} is not a folder"):
            environment.home()


def test_default_home_is_the_platforms_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("PENSTOCK_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.home().name == "penstock"
    assert tmp_path in environment.home().parents


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://mail.example.org", True),
        ("https://mail.example.org/", True),
        ("http://192.0.2.1:8025", True),
        ("http://127.0.0.1:8025", False),
        ("http://127.9.9.9", False),
        ("http://[::1]:80", False),
        ("http://localhost:1", False),
        ("http://a.localhost.", False),
        ("http://0.0.0.0:1", False),
        ("", False),
    ],
)
def test_public_base_urls(monkeypatch, url, public):
    monkeypatch.setenv("PENSTOCK_BASE_URL", url)
    assert environment.base_url_is_public() is public
    assert not environment.base_url().endswith("/")


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "ftp://x", "http://", "http://x:port", "http://x y", "http://x?q", "http://[::1"],
)
def test_what_is_no_base_url(monkeypatch, url):
    monkeypatch.setenv("PENSTOCK_BASE_URL", url)
    with pytest.raises(Trouble, match="no web address"):
        environment.base_url()


def test_without_an_address_links_lead_to_where_penstock_up_answered(monkeypatch, place):
    monkeypatch.delenv("PENSTOCK_BASE_URL", raising=False)
    assert environment.base_url() == "http://127.0.0.1:8025"
    environment.remember_port(8031)
    assert environment.base_url() == "http://127.0.0.1:8031"
    monkeypatch.setenv("PENSTOCK_BASE_URL", "https://mail.example.org")
    assert environment.base_url() == "https://mail.example.org"
    monkeypatch.delenv("PENSTOCK_BASE_URL")
    for nonsense in ("", "x", "99999", "-1", "é"):
        (place / environment.PORT_FILE).write_text(nonsense, encoding="utf-8")
        assert environment.base_url() == "http://127.0.0.1:8025"


def test_key_is_made_once_and_private(place):
    key = environment.secret_key()
    assert len(key) == 64
    assert environment.secret_key() == key
    assert stat.S_IMODE((place / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in place.iterdir()] == ["secret.key"]


def test_two_processes_make_one_key(place):
    program = "from penstock.platform import environment; print(environment.secret_key().decode())"
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1


def test_given_key_wins_and_must_be_long(monkeypatch):
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "k" * 32)
    assert environment.secret_key() == b"k" * 32
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "k" * 31)
    with pytest.raises(Trouble, match="31 bytes"):
        environment.secret_key()


def test_derived_keys_differ_by_purpose_and_installation(monkeypatch):
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "k" * 32)
    first = environment.derived_key("links")
    assert len(first) == 32
    assert environment.derived_key("links") == first
    assert environment.derived_key("passwords") != first
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", "l" * 32)
    assert environment.derived_key("links") != first
    for purpose in ("", "seventeen letters"):
        with pytest.raises(ValueError, match="1 to 16"):
            environment.derived_key(purpose)
