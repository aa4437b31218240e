"""Cells of a CSV file that a person opens in a spreadsheet: what it would take for a formula gets an apostrophe before it.

A spreadsheet runs what begins with = + - @ or a tab, whoever wrote it (OWASP, "CSV injection"). A telephone number and a negative
number begin so too, and hold nothing that could run: figures and their signs stay as they are. Files for programs (API, command
line) are never altered.
"""

import re
from typing import Any, Final

_FORMULA: Final = r"^[=+@\t\r-]"
_FIGURES: Final = r"^[-+][-+0-9 ().,/]*$"


def cell(value: Any) -> Any:
    """Return the value as it can stand in a file for people; only texts are altered."""
    if isinstance(value, str) and re.match(_FORMULA, value) and not re.match(_FIGURES, value):
        return f"'{value}"
    return value


def cell_in_sql(expression: str) -> str:
    """Return the same in SQL, of an expression that gives a text."""
    formula, figures = _FORMULA.replace("\\", "\\\\"), _FIGURES
    return f"case when {expression} ~ E'{formula}' and {expression} !~ '{figures}' then '''' || {expression} else {expression} end"
