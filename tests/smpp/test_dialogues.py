"""Every dialogue of this folder, the centre's octets whole and one by one."""

from pathlib import Path

import pytest

from tests.smpp.script import HERE, Player

WAYS = {"whole": lambda data: [data], "octets": lambda data: [data[n : n + 1] for n in range(len(data))]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", sorted(HERE.glob("*.txt")), ids=lambda path: path.stem)
def test_dialogue(path: Path, way: str) -> None:
    Player(path, WAYS[way]).play()
