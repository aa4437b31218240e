"""The addresses of the board and of the list."""

from django.urls import path

from penstock.web.room.board import board

urlpatterns = [
    path("board", board.board, name="board"),
]
