"""The board: every mailing under what it needs or does."""

from django.http import HttpResponse

from penstock.web.room.board.areas import seen
from penstock.web.room.visit import Visit, room


@room("mailings:read", methods=("GET",))
def board(visit: Visit) -> HttpResponse:
    """`/board`."""
    return visit.page("board/board.html", board=seen(visit.conn, visit.account))
