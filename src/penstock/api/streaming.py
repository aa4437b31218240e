"""Long answers: rows written by PostgreSQL itself, passed on block by block, as CSV or as files in an archive."""

from typing import Any

from django.http import StreamingHttpResponse

from penstock.platform.exporting import copied
from penstock.platform.zipping import Archive, streamed


def csv(settings: str, query: str, parameters: dict[str, Any], name: str) -> StreamingHttpResponse:
    """Answer with what a COPY … TO STDOUT writes, as a file called `name`. It has a connection of its own while it lasts."""
    response = StreamingHttpResponse(
        copied(settings, query, parameters), content_type="text/csv; charset=utf-8; header=present"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response


def archive(members: Archive, name: str) -> StreamingHttpResponse:
    """Answer with an archive that is written as it is sent, as a file called `name`."""
    response = StreamingHttpResponse(streamed(members), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response
