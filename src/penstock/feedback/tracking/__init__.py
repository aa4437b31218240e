"""Clicks and opens: who asked, a person or a machine; where a link leads; and how hits get into the database by the thousand."""
