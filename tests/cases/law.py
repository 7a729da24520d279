"""The little law of these tests: packs beside them, enacted into the test's database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from shouwen.cases.enactments import enact_instead
from shouwen.cases.models import Enactment
from shouwen.policy.packs import Sources, read_sources
from tests.world import at

PACKS: Final = Path(__file__).parent / "packs"
BEGINNING: Final = at("2020-01-01 00:00")


@cache
def sources(pack: str) -> Sources:
    """The files of a pack."""
    return read_sources([PACKS / pack])


def enacted(pack: str = "demo") -> Enactment:
    """Enact a pack from the beginning of time, whatever was enacted from then on before."""
    return enact_instead(sources(pack), effective_from=BEGINNING, now=BEGINNING)
