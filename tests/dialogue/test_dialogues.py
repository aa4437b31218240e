"""Each dialogue script, with the server's bytes arriving at once, one by one, and cut at random."""

import random
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from tests.dialogue.script import Player, read, scripts

each_script = pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)


@each_script
def test_the_dialogue_goes_as_written(path: Path) -> None:
    Player(read(path), split=lambda data: [data]).play()


@each_script
def test_it_goes_the_same_when_every_byte_arrives_alone(path: Path) -> None:
    Player(read(path), split=lambda data: [data[i : i + 1] for i in range(len(data))]).play()


@each_script
@hypothesis.settings(max_examples=25)
@hypothesis.given(seed=st.integers(0, 2**32))
def test_it_goes_the_same_however_the_bytes_are_cut(path: Path, seed: int) -> None:
    chance = random.Random(seed)

    def split(data: bytes) -> list[bytes]:
        cuts = sorted(chance.sample(range(len(data)), min(len(data), chance.randint(0, 5))))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    Player(read(path), split).play()


def test_there_are_dialogues() -> None:
    assert len(scripts()) > 60
