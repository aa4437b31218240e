"""Figures as files: CSV, written by the database for many rows, here for few; and archives of several."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from penstock.platform.exporting import copied
from penstock.platform.spreadsheet import cell
from penstock.platform.zipping import Archive
from penstock.platform.zipping import streamed as zipped

TYPE = "text/csv; charset=utf-8; header=present"


def streamed(name: str, settings: str, query: str, parameters: dict[str, Any]) -> HttpResponseBase:
    """Answer with what a COPY … TO STDOUT writes, as a file called `name`."""
    response = StreamingHttpResponse(copied(settings, query, parameters), content_type=TYPE)
    return _named(response, name)


def written(name: str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponseBase:
    """Answer with these rows (RFC 4180, UTF-8, with a header), fit for spreadsheets, as a file called `name`."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(header)
    out.writerows([cell(value) for value in row] for row in rows)
    return _named(HttpResponse(text.getvalue(), content_type=TYPE), name)


def archived(name: str, archive: Archive) -> HttpResponseBase:
    """Answer with an archive that is written as it is sent, as a file called `name`."""
    return _named(StreamingHttpResponse(zipped(archive), content_type="application/zip"), name)


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response
