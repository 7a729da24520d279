"""What still hangs on somebody who leaves, or on a unit that closes: told by the apps above, which staff does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shouwen.base.errors import Problem

Count = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Tie:
    """One kind of thing that hangs on a person or unit: its words, and how many there are."""

    zh: str
    en: str
    count: Count

    def words(self, n: int, lang: str) -> str:
        """Say how many."""
        return f"{n} {self.en}" if lang.startswith("en") else f"{self.zh} {n}"


_STAFF: Final[dict[str, Tie]] = {}
_UNIT: Final[dict[str, Tie]] = {}


def register(name: str, *, zh: str, en: str, of_staff: Count | None = None, of_unit: Count | None = None) -> None:
    """Say how many things of a kind hang on a person, on a unit. Called by the app that keeps them, in AppConfig.ready()."""
    if of_staff is not None:
        _STAFF[name] = Tie(zh, en, of_staff)
    if of_unit is not None:
        _UNIT[name] = Tie(zh, en, of_unit)


def of_staff(staff: int) -> list[tuple[Tie, int]]:
    """Return what hangs on somebody; nothing that is none."""
    return [(tie, n) for tie in _STAFF.values() if (n := tie.count(staff))]


def of_unit(unit: int) -> list[tuple[Tie, int]]:
    """Return what hangs on a unit; nothing that is none."""
    return [(tie, n) for tie in _UNIT.values() if (n := tie.count(unit))]


class StillTied(Problem):
    """Somebody cannot leave, or a unit close, as long as open things hang on them."""

    status = 409
    code = "still_tied"

    def __init__(self, what: list[tuple[Tie, int]], zh: str, en: str) -> None:
        listed_zh = "、".join(tie.words(n, "zh") for tie, n in what)
        listed_en = ", ".join(tie.words(n, "en") for tie, n in what)
        super().__init__(f"还有{listed_zh}。{zh}", f"There remain {listed_en}. {en}")
        self.what = what


def demand_free_staff(staff: int) -> None:
    """Raise StillTied while somebody answers for anything: a hand-over counts once somebody has taken it over."""
    if found := of_staff(staff):
        raise StillTied(
            found,
            "请先移交；有人接手后才能办理离职。急需停止登录时请先停用账号。",
            "Hand them over first; one can leave once they have been taken over. To stop sign-in at once, suspend the account.",
        )
