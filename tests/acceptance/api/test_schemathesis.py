"""The API against its own OpenAPI document: whatever is asked, no 5xx, and no answer that the document does not describe.

Schemathesis makes requests from the document: its examples, the edges of every schema, at random, and in sequences where one
answer leads to the next request; right ones and wrong ones. `PENSTOCK_API_EXAMPLES=100` looks longer.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.api.conftest import Web

EXAMPLES = os.environ.get("PENSTOCK_API_EXAMPLES", "2")
# Every value at every edge takes two minutes: with PENSTOCK_API_EXAMPLES, or where nothing is left out (PENSTOCK_TORTURE=full).
LONG = "PENSTOCK_API_EXAMPLES" in os.environ or os.environ.get("PENSTOCK_TORTURE") == "full"

CONFIG = """
[checks]
# Whether a list, a cursor or a version exists stands in no schema.
positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429]
"""


def looked_at(web: Web, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis against the API."""
    # The first answer of a process imports every address: on a loaded machine that takes longer than schemathesis waits.
    web.ask("GET", "/openapi.json").raise_for_status()
    (folder / "schemathesis.toml").write_text(CONFIG)
    program = "from schemathesis.cli import schemathesis; schemathesis()"
    command = [
        sys.executable, "-c", program, "--config-file", "schemathesis.toml",
        "run", f"{web.base}/api/v1/openapi.json", "--header", f"Authorization: Bearer {web.token}",
        "--exclude-operation-id", "revoke_token",  # it would lock itself out
        "--generation-database", "none", "--continue-on-failure", "--no-color", *options,
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("phases", ["examples,coverage" if LONG else "examples", "fuzzing,stateful"])
def test_no_5xx_and_no_answer_that_is_not_documented(web: Web, tmp_path: Path, phases: str) -> None:
    ran = looked_at(web, tmp_path, "--phases", phases, "--max-examples", EXAMPLES)
    said = "\n".join(line[:500] for line in ran.stdout.splitlines())
    assert ran.returncode == 0, said
    assert "Tested:" in said
    faults = [line for line in web.log.read_text().splitlines() if " ERROR " in line or "Traceback" in line]
    assert not faults, (
        "something reached the database, or a fault was met, that an endpoint should have refused"
    )
