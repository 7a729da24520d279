"""What the tests of the commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from shouwen.policy import examples


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder with the example pack, and nothing but its one regulation."""
    folder = tmp_path / "demo"
    folder.mkdir()
    for name in ("pack", "repair", "repair.scenarios"):
        (folder / f"{name}.yaml").write_text(examples.sources()[f"demo/{name}.yaml"], "utf-8")
    return folder
