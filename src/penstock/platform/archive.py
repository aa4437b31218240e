"""The backup file: one tar with a manifest, the database's dump, the secret key and the uploads."""

import io
import json
import os
import shutil
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from penstock.platform.trouble import Trouble

FORMAT = 1
MANIFEST, DUMP, KEY, UPLOADS = "manifest.json", "database.dump", "secret.key", "uploads"


@dataclass(frozen=True)
class Manifest:
    """What a backup is: when its snapshot was taken (ISO 8601, UTC), by which versions, of what schema."""

    taken_at: str
    penstock: str
    postgresql: int
    fingerprint: str
    format: int = FORMAT


def write(file: Path, manifest: Manifest, dump: Path, key: bytes, uploads: Path) -> None:
    """Write the archive, mode 0600, under a passing name first: `file` is complete or not there."""
    passing = file.with_name(f".{file.name}.{os.getpid()}.new")
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                _add(tar, MANIFEST, json.dumps(asdict(manifest), indent=2).encode())
                _add(tar, KEY, key)
                tar.add(dump, DUMP)
                if uploads.is_dir():
                    tar.add(uploads, UPLOADS)
            out.flush()
            os.fsync(out.fileno())
        os.link(passing, file)  # unlike rename it never overwrites
    finally:
        passing.unlink()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def read_manifest(file: Path) -> Manifest:
    """Return the manifest; Trouble when `file` is no backup of Penstock or of a later format."""
    try:
        with tarfile.open(file) as tar:
            entry = tar.extractfile(MANIFEST)
            told = json.load(entry) if entry else {}
            names = set(tar.getnames())
        manifest = Manifest(**told)
    except FileNotFoundError:
        raise Trouble(f"There is no file {file}.", "Name the file that `penstock backup` wrote.") from None
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise Trouble(
            f"{file} is no backup of Penstock, or it is damaged{_because(error)}.",
            "Name the file that `penstock backup` wrote.",
        ) from error
    if manifest.format > FORMAT:
        raise Trouble(
            f"{file} was written by Penstock {manifest.penstock}, in a form this version does not know.",
            "Install that version or a newer one.",
        )
    if not {DUMP, KEY} <= names:
        raise Trouble(
            f"{file} is incomplete: it lacks the database or the secret key.", "Take another backup."
        )
    return manifest


def _because(error: Exception) -> str:
    """Return the system's word for what is wrong with a file; what Python found out while guessing helps nobody."""
    return f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""


def unpack(file: Path, folder: Path) -> None:
    """Unpack plain files and folders into `folder`, and nothing that would lie outside of it or is a link."""
    try:
        with tarfile.open(file) as tar:
            for entry in tar:
                parts = PurePosixPath(entry.name).parts
                expected = parts[0] == UPLOADS or (len(parts) == 1 and parts[0] in (MANIFEST, DUMP, KEY))
                if not expected or ".." in parts or not (entry.isfile() or entry.isdir()):
                    raise Trouble(
                        f"{file} holds {entry.name!r}, which no backup holds.", "Use another backup."
                    )
                _unpack(tar, entry, folder.joinpath(*parts))
    except (tarfile.TarError, EOFError) as error:
        raise Trouble(f"{file} is damaged: {error}", "Use another backup.") from error
    (folder / KEY).chmod(0o600)


def _unpack(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    if entry.isdir():
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = tar.extractfile(entry)
    assert content is not None
    with target.open("xb") as out:
        shutil.copyfileobj(content, out)
