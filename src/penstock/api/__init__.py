"""The programs' door: REST over HTTP under `/api/v1`. Translates, calls one function of a room, translates back."""
