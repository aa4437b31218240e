"""Help of the commands that the lifecycle knows: in which states, and for whom, as its table has it."""

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand


class LifecycleCommand(TyperCommand):
    """A command of the table; its help says when it is possible. The table is read only when help is asked for."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the states and roles under the options."""
        from penstock.mailing.lifecycle import TABLE

        rows = [row for row in TABLE if row.command == (self.name or "").replace("-", "_")]
        states = [state.value for state in dict.fromkeys(s for row in rows for s in sorted(row.sources))]
        roles = list(dict.fromkeys(role for row in rows for role in sorted(row.roles)))
        if rows:
            anywhere = len(states) == 16
            formatter.write_paragraph()
            formatter.write_text(f"Possible in: {'every state' if anywhere else ', '.join(states)}.")
            formatter.write_text(f"For: {', '.join(roles)}; whoever may use the home holds every role.")


def register(app: Any, *commands: Callable[..., Any]) -> None:
    """Make functions commands of `app`, each by its name with hyphens."""
    for command in commands:
        app.command(command.__name__.rstrip("_").replace("_", "-"), cls=LifecycleCommand)(command)
