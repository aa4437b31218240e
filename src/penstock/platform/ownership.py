"""Which user PostgreSQL runs under, and what that user needs to be allowed.

PostgreSQL refuses to run as root. As an ordinary user nothing here does anything. As root:

- the server runs as the owner of the data folder; else as the owner of the home, if that is not root; else
  as the system user `penstock`, which is made when missing (no login, no home);
- that user must be able to walk to the data folder and to the programs in the wheel. Each parent folder
  that does not let it through gets one entry in its access list: `user:<that user>:--x`, which lets this
  one user walk through a folder, neither read nor list it, and nobody else anything. Where the file
  system keeps no access lists the folder gets `o+x` instead, and a line on stderr says so.

Nothing else outside the home is changed; `granted` remembers what was, and `penstock doctor` lists it.
"""

import os
import pwd
import shutil
import struct
import subprocess
from pathlib import Path

from penstock.platform.notice import tell
from penstock.platform.trouble import Trouble
from penstock.platform.wheel import User, binaries

SYSTEM_USER = "penstock"
_ACL = "system.posix_acl_access"
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_SEARCH = 1

Entry = tuple[int, int, int]  # tag, permissions, uid or gid


def server_user(home: Path) -> User | None:
    """Return uid and gid for PostgreSQL, or None to run it as ourselves; makes the system user if needed."""
    if os.geteuid() != 0:
        return None
    for folder in (home / "postgres", home):
        if folder.exists() and folder.stat().st_uid:
            return folder.stat().st_uid, folder.stat().st_gid
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _make_user()
    return entry.pw_uid, entry.pw_gid


def _make_user() -> pwd.struct_passwd:
    cure = (
        f"Make it (`useradd --system --no-create-home {SYSTEM_USER}`), run Penstock as an ordinary user, "
        "or set PENSTOCK_DATABASE_URL."
    )
    command = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    what = f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} does not exist"
    if command is None:
        raise Trouble(f"{what}; there is no `useradd` to make it.", cure)
    made = subprocess.run(
        [command, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        entry = pwd.getpwnam(SYSTEM_USER)  # also when another command was faster
    except KeyError:
        raise Trouble(f"{what}; making it failed: {made.stderr.strip()}", cure) from None
    if made.returncode == 0:
        tell(f"made the system user {SYSTEM_USER!r}: PostgreSQL does not run as root")
    return entry


def let_through(user: User | None, home: Path) -> None:
    """Let the server's user walk to the data folder and run the programs; nothing to do unless root."""
    if user is None:
        return
    for target in (home / "postgres", *binaries().values()):
        for folder in reversed(target.resolve().parents):
            _let_pass(folder, user)
    for folder in binaries().values():
        _let_read(folder.parent, user)


def granted(home: Path, user: User | None) -> list[Path]:
    """Return the folders that carry an entry of ours, for doctor's report."""
    if user is None:
        return []
    targets = (home / "postgres", *binaries().values())
    folders = {folder for target in targets for folder in target.resolve().parents}
    return sorted(folder for folder in folders if (_USER, _SEARCH, user[0]) in _entries(folder))


def has_list(folder: Path) -> bool:
    """Tell whether a folder has an access list beside its mode."""
    return bool(_entries(folder))


def _let_pass(folder: Path, user: User) -> None:
    if _may_search(folder, user):
        return
    try:
        _write_entry(folder, user[0])
    except OSError:
        folder.chmod(folder.stat().st_mode | 0o001)
        tell(
            f"{folder} now has o+x, so that PostgreSQL can reach its data (no access lists on this file system)"
        )


def _may_search(folder: Path, user: User) -> bool:
    status = folder.stat()
    if status.st_uid == user[0]:
        return bool(status.st_mode & 0o100)
    entries = _entries(folder)
    mask = next(
        (permissions for tag, permissions, _ in entries if tag == _MASK), 7
    )  # chmod g-x masks entries
    for tag, permissions, identity in entries:
        if tag == _USER and identity == user[0]:
            return bool(permissions & mask & _SEARCH)
    if status.st_gid == user[1]:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def _entries(folder: Path) -> list[Entry]:
    """Read the access list of a folder (acl(5), version 2 of the extended attribute); empty without one."""
    try:
        raw = os.getxattr(folder, _ACL)
    except (OSError, AttributeError):  # none, or a system without extended attributes
        return []
    return [struct.unpack_from("<HHI", raw, at) for at in range(4, len(raw), 8)]


def _write_entry(folder: Path, uid: int) -> None:
    """Add `user:uid:--x`; the mask grows by x only as far as the entry needs it. Raises OSError."""
    if not hasattr(os, "setxattr"):
        raise OSError("no extended attributes on this system")
    mode = folder.stat().st_mode
    entries = _entries(folder) or [
        (_USER_OBJ, mode >> 6 & 7, _NOBODY),
        (_GROUP_OBJ, mode >> 3 & 7, _NOBODY),
        (_OTHER, mode & 7, _NOBODY),
    ]
    mask = next((permissions for tag, permissions, _ in entries if tag == _MASK), mode >> 3 & 7)
    kept = [entry for entry in entries if entry[0] != _MASK and (entry[0], entry[2]) != (_USER, uid)]
    kept += [(_USER, _SEARCH, uid), (_MASK, mask | _SEARCH, _NOBODY)]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in sorted(kept, key=lambda e: (e[0], e[2])))
    os.setxattr(folder, _ACL, struct.pack("<I", 2) + packed)


def _let_read(folder: Path, user: User) -> None:
    """Open the programs in the wheel for reading, if they were installed for root alone (umask 077)."""
    if folder.stat().st_mode & 0o005 == 0o005 or folder.stat().st_uid == user[0]:
        return
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))
    tell(
        f"{folder} is now readable for everybody, so that PostgreSQL can run its programs without being root"
    )
