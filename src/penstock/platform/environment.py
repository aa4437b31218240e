"""What is set from outside: the four environment variables, the home, and the secret key kept in it."""

import hashlib
import ipaddress
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from penstock.platform.trouble import Trouble

DEFAULT_PORT = 8025
PORT_FILE = "web.port"
"""In the home: the port that `penstock up` answers on, so that links made by other commands lead there."""
SECRET_KEY_FILE = "secret.key"  # noqa: S105 - its name, not the key
_SHORTEST_KEY = 32


def home() -> Path:
    """Return the folder of this installation, absolute; made with mode 0700 when missing.

    `PENSTOCK_HOME`, or the platform's user data folder. Missing parents are made with the usual mode.
    Raises Trouble when it cannot be made or is not a folder.
    """
    given = os.environ.get("PENSTOCK_HOME")
    if given:
        folder = Path(given).expanduser().absolute()
    else:
        from platformdirs import user_data_path  # only without PENSTOCK_HOME: saves 8 ms otherwise

        folder = user_data_path("penstock")
    if not folder.is_dir():
        _make(folder)
    return folder


def _make(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        if folder.exists() or folder.is_symlink():
            raise Trouble(
                f"The home {folder} is not a folder.", "Set PENSTOCK_HOME to a folder that you may write to."
            ) from error
        raise Trouble(
            f"The home {folder} cannot be made: {error.strerror}.",
            "Set PENSTOCK_HOME to a folder that you may write to.",
        ) from error


def uploads() -> Path:
    """Return the folder for uploaded files in the home, made when missing (mode 0700)."""
    folder = home() / "uploads"
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        belong(folder, home())
    return folder


def uploads_mark() -> str:
    """Return a name of the folder for uploads that no other has, made on first use: whoever has the mark has the files.

    It lies among them, so that it goes with them into a backup, and machines that share the folder share the mark.
    """
    file = uploads() / "folder.mark"
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        _link_new(file, secrets.token_hex(8).encode() + b"\n")
        return file.read_text(encoding="ascii").strip()


def given_database_url() -> str:
    """Return `PENSTOCK_DATABASE_URL`, or the empty string: then PostgreSQL runs in the home."""
    return os.environ.get("PENSTOCK_DATABASE_URL", "").strip()


def base_url() -> str:
    """Return the address under which the web face is reached, without a slash at its end.

    `PENSTOCK_BASE_URL`; else this machine, and the port that `penstock up` answers on, or did when it last ran.
    Raises Trouble when `PENSTOCK_BASE_URL` is no http(s) address.
    """
    given = os.environ.get("PENSTOCK_BASE_URL", "").strip() or f"http://127.0.0.1:{_port()}"
    try:
        parts = urlsplit(given)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number, an unclosed bracket
        usable = False
    if not usable or parts.query or parts.fragment or any(c.isspace() for c in given):
        raise Trouble(
            f"PENSTOCK_BASE_URL is {given!r}, which is no web address.",
            "Write it as https://mail.example.org, without query or fragment.",
        )
    return given.rstrip("/")


def _port() -> int:
    try:
        found = int((home() / PORT_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError, Trouble):  # never kept, cut short
        return DEFAULT_PORT
    return found if 0 < found <= 65535 else DEFAULT_PORT


def remember_port(port: int) -> None:
    """Keep the port that the web face of this home answers on, for `base_url`."""
    file = home() / PORT_FILE
    passing = file.with_name(f"{PORT_FILE}.{os.getpid()}.new")
    passing.write_text(f"{port}\n", encoding="ascii")
    belong(passing, file.parent)
    passing.replace(file)


def base_url_is_given() -> bool:
    """Tell whether `PENSTOCK_BASE_URL` is set, or `base_url` is the default."""
    return bool(os.environ.get("PENSTOCK_BASE_URL", "").strip())


def base_url_is_public() -> bool:
    """Tell whether a base URL is set that others can reach: neither loopback nor unspecified."""
    if not base_url_is_given():
        return False
    host = (urlsplit(base_url()).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def secret_key() -> bytes:
    """Return the key of this installation: `PENSTOCK_SECRET_KEY`, or the one kept in the home.

    On first use a key of 256 bits is made in `<home>/secret.key`, mode 0600; two processes at once end
    with the same key. Raises Trouble for a key shorter than 32 bytes or an unreadable file.
    """
    given = os.environ.get("PENSTOCK_SECRET_KEY", "").strip()
    if given:
        return _long_enough(given.encode(), "PENSTOCK_SECRET_KEY")
    file = home() / SECRET_KEY_FILE
    try:
        return _long_enough(file.read_bytes().strip(), str(file))
    except FileNotFoundError:
        _make_key(file)
        return _long_enough(file.read_bytes().strip(), str(file))
    except OSError as error:
        raise Trouble(
            f"The secret key {file} cannot be read: {error.strerror}.",
            "Run as the user who owns the home, or give the file back to that user (mode 0600).",
        ) from error


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < _SHORTEST_KEY:
        raise Trouble(
            f"The secret key in {where} has {len(key)} bytes; at least {_SHORTEST_KEY} are needed.",
            "Restore it from a backup; a new one (`openssl rand -hex 32`) invalidates every link already sent.",
        )
    return key


def _make_key(file: Path) -> None:
    _link_new(file, secrets.token_hex(32).encode() + b"\n")


def _link_new(file: Path, content: bytes) -> None:
    """Write a file (0600) under a passing name and link it into place: the first of two processes wins."""
    passing = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    belong(passing, file.parent)
    try:
        os.link(passing, file)
    except FileExistsError:
        pass
    finally:
        passing.unlink()


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose (at most 16 bytes of UTF-8), so that no key serves two.

    Keyed BLAKE2b (RFC 7693) over the secret key, with the purpose as personalisation.
    """
    person = purpose.encode()
    if not 0 < len(person) <= hashlib.blake2b.PERSON_SIZE:
        raise ValueError(f"the purpose {purpose!r} must have 1 to 16 bytes")
    key = hashlib.blake2b(secret_key()).digest()
    return hashlib.blake2b(b"penstock", digest_size=32, key=key, person=person).digest()


def link_key() -> bytes:
    """Return the key of the tokens in messages: whoever makes links and whoever answers them must take this one."""
    return derived_key("links")


def belong(path: Path, folder: Path) -> None:
    """Give `path`, just made by root, to the owner of `folder`, so that this user can open it later."""
    if os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)
