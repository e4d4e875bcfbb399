"""The recorded histories are what the domain does today; where it changed, `make histories` records them anew."""

import pytest
from histories.record import SEEDS, Recorder, as_file
from histories.replay import FOLDER
from sqlalchemy.orm import Session


@pytest.mark.parametrize("seed", SEEDS)
def test_a_recording_can_be_repeated(session: Session, seed: int) -> None:
    print(f"seed {seed}")
    assert as_file(Recorder(session, seed).record()) == (FOLDER / f"{seed}.json").read_bytes()
