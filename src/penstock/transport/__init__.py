"""How bytes reach the other side and what it answers; knows no mailing and no database."""
