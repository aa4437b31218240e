"""Where the server's socket lies: in the data folder, or in a short folder when that path is too long."""

import hashlib
import os
import stat
from pathlib import Path

from penstock.platform.trouble import Trouble
from penstock.platform.wheel import User

_LIMIT = 103  # sun_path holds 108 bytes on Linux and 104 on macOS, one for the end
_NAME = "/.s.PGSQL.5432.lock"  # the longest name PostgreSQL makes there


def socket_folder(data: Path, user: User | None) -> Path:
    """Return the folder for the socket, made when missing, which only the server's user may enter.

    The data folder where its path fits and libpq can name it (a comma parts hosts there); else `/tmp/penstock-<hash of the data folder>`. Raises Trouble when
    that folder is not ours: /tmp is open to everybody.
    """
    if len(os.fsencode(data)) + len(_NAME) <= _LIMIT and not {",", "\n"} & set(str(data)):
        return data
    uid = user[0] if user else os.geteuid()
    digest = hashlib.blake2b(
        os.fsencode(os.path.realpath(data)) + str(uid).encode(), digest_size=8
    ).hexdigest()
    folder = Path("/tmp") / f"penstock-{digest}"  # noqa: S108 - checked below; a longer place would not fit
    try:
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, *user)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise Trouble(
            f"{folder}, the folder for the database's socket, belongs to somebody else or is open to others.",
            "Remove it, or use a home with a shorter path.",
        )
    return folder
