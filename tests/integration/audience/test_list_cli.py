"""`penstock list …` from the outside."""

import json

from tests import commands
from tests.commands import Ran


def run(*words: str, status: int = 0) -> Ran:
    ran = commands.run(*words)
    assert ran.returncode == status, (words, ran.stderr)
    assert "Traceback" not in ran.stderr
    return ran


def test_lists_on_the_command_line(database: str) -> None:
    made = json.loads(run("list", "create", "readers", "--json").stdout)
    assert (made["public"], made["contacts"]) == (False, 0)
    run("list", "create", "news", "--public", "--title", "News", "--description", "Monthly.")
    told = run("list", "change", "readers", "--public", "--title", "All we write").stderr
    assert "People may leave and join it, as 'All we write'" in told
    assert json.loads(run("list", "show", str(made["id"]), "--json").stdout)["title"] == "All we write"
    assert [each["public"] for each in json.loads(run("list", "list", "--json").stdout)] == [True, True]
    run("list", "change", "readers", "--private", "--name", "all")
    assert "–" in run("list", "list").stdout
    run("list", "delete", "all", "--yes")
    for words, said in [
        (("list", "show", "all"), "There is no list 'all'. There are: 'news'."),
        (("list", "change", "news"), "It is not said what to change."),
        (("list", "change", "news", "--title", ""), "Give the list a title"),
        (("list", "create", "news"), "There is a list 'news' already"),
    ]:
        assert said in run(*words, status=2).stderr
