"""Long answers: rows written by PostgreSQL itself as CSV, passed on block by block."""

from typing import Any

from django.http import StreamingHttpResponse

from penstock.platform.exporting import copied


def csv(settings: str, query: str, parameters: dict[str, Any], name: str) -> StreamingHttpResponse:
    """Answer with what a COPY … TO STDOUT writes, as a file called `name`. It has a connection of its own while it lasts."""
    response = StreamingHttpResponse(
        copied(settings, query, parameters), content_type="text/csv; charset=utf-8; header=present"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response
