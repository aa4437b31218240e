"""The addresses of the board, of what keeps it true, and of the list."""

from django.urls import path

from penstock.web.room.board import board, finding, live, ordering, rows, tags

urlpatterns = [
    path("board", board.board, name="board"),
    path("board/rows", rows.rows, name="board-rows"),
    path("board/sequence", ordering.sequence, name="sequence"),
    path("live", live.live, name="live"),
    path("mailings", finding.mailings, name="mailings"),
    path("mailings/<int:number>/tags", tags.tags, name="mailing-tags"),
]
