"""Imports in the background: the task that a worker runs for a file that was put into the home."""

from pathlib import Path

from penstock.audience import importing
from penstock.audience.trouble import ImportFileError
from penstock.platform import database
from penstock.platform.jobs import tasks


@tasks.task(name="import_file", queue="penstock")
def import_file(
    account: int, path: str, name: str, list_name: str | None = None, address_column: str | None = None
) -> None:
    """Import the file at `path` and remove it. May run twice: importing again changes nothing more.

    A file that is unusable stands in its account's imports with the reason; that is no failure of the job.
    """
    file = Path(path)
    if not file.exists():
        return  # an earlier run of this job imported and removed it
    with database.connect(name="penstock import") as conn:
        try:
            importing.import_file(
                conn, account, file, list_name=list_name, address_column=address_column, name=name
            )
        except ImportFileError:
            pass  # noted by the import itself
    file.unlink(missing_ok=True)
