"""Ways out: the servers an account hands messages to, by address, with the password kept apart and encrypted."""

from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

import psycopg

from penstock.account.secrets import SecretError, decrypt, encrypt


class UnknownTransport(LookupError):
    """There is no transport of this number."""


def store(conn: psycopg.Connection, account: int, url: str) -> int:
    """Return the number of the transport at `url`, made when there is none with this address and password.

    The address says everything about the way: `smtp://user:password@host:587?tls=starttls&connections=10`.

    A changed password makes a new transport: mailings under way keep the one they were submitted with.
    """
    bare, password = split(url)
    with conn.transaction():
        conn.execute(
            "lock table account_transport in share row exclusive mode"
        )  # so that two commands make one
        rows = conn.execute(
            "select id, secret from account_transport where account_id = %s and url = %s order by id",
            (account, bare),
        ).fetchall()
        for number, secret in rows:
            if _opens(secret) == password:
                return int(number)
        made = conn.execute(
            "insert into account_transport (account_id, name, url, secret, connections, created_at)"
            " values (%s, %s, %s, %s, %s, now()) returning id",
            (
                account,
                _name(conn, account, bare),
                bare,
                encrypt(password) if password else None,
                connections_of(bare),
            ),
        ).fetchone()
    assert made is not None
    return int(made[0])


def load(conn: psycopg.Connection, transport: int) -> str:
    """Return the address of a transport with its password in it: as it was given to `store`."""
    row = conn.execute("select url, secret from account_transport where id = %s", (transport,)).fetchone()
    if row is None:
        raise UnknownTransport(f"there is no transport {transport}")
    bare, secret = row
    return join(bare, decrypt(secret)) if secret else str(bare)


def connections_of(url: str) -> int:
    """Return how many connections a sender may open to `url`: its parameter `connections`, else 10."""
    given = parse_qs(urlsplit(url).query).get("connections", ["10"])[-1]
    return int(given) if given.isdecimal() and int(given) > 0 else 10


def split(url: str) -> tuple[str, str]:
    """Return `url` without its password, and the password ("" if there is none)."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    user, host = parts.netloc.rsplit("@", 1)
    return urlunsplit(parts._replace(netloc=f"{user.split(':', 1)[0]}@{host}")), unquote(parts.password)


def join(bare: str, password: str) -> str:
    """Return the address `bare` with the password put back: what `split` took apart."""
    if not password:
        return bare
    parts = urlsplit(bare)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def _opens(secret: bytes | None) -> str | None:
    """Return the password in `secret`; None when another key made it, so that it equals no password given."""
    if not secret:
        return ""
    try:
        return decrypt(secret)
    except SecretError:
        return None


def _name(conn: psycopg.Connection, account: int, bare: str) -> str:
    """Return a name for people: user, host and port, and a number where that is taken."""
    wanted = urlsplit(bare).netloc
    taken = {
        name
        for (name,) in conn.execute("select name from account_transport where account_id = %s", (account,))
    }
    free = (
        name
        for n in range(1, len(taken) + 2)
        if (name := wanted if n == 1 else f"{wanted} ({n})") not in taken
    )
    return next(free)
