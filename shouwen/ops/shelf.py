"""Where packs stand: the shelf that comes with the source, folders named by hand, and what each pack builds on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import shouwen
from shouwen.base.trouble import Exit, Trouble
from shouwen.policy.errors import Fault
from shouwen.policy.packs import REGULATION_ID
from shouwen.policy.source import Node, SourceError, read_file

SHELF = Path(shouwen.__file__).resolve().parents[1] / "packs"
PACK = "pack.yaml"
MEANT = re.compile(
    r"(\.ya?ml)+(\.txt)?$", re.IGNORECASE
)  # how editors and systems that hide endings name what is meant as a .yaml


def folders(names: Iterable[str], shelf: Path = SHELF) -> list[Path]:
    """Return the folders of some packs (paths, or names on the shelf; none: the whole shelf), after those they build on."""
    found: dict[str, Path] = {}
    asked = list(names) or [str(p.parent) for p in sorted(shelf.glob(f"*/{PACK}"))]
    if not asked:
        raise Trouble(Exit.USAGE, f"{shelf} 下没有制度包；请写明文件夹。", f"There are no packs in {shelf}; name a folder.")
    for name in asked:
        for folder in _packs_in(name, shelf):
            _gather(folder, shelf, found)
    return list(found.values())


def unread(shelf: Iterable[Path]) -> list[Fault]:
    """Return a fault for each file that is meant as part of a pack and is not read because of how its name ends."""
    strange = [
        (p, stem)
        for folder in shelf
        for p in sorted(folder.iterdir())
        if p.suffix != ".yaml" and (stem := MEANT.sub("", p.name)) != p.name
    ]
    return [
        Fault(
            f"{p.parent.name}/{p.name}", 1, 1, f"文件名须以 .yaml 结尾,这个文件没有读;改名为 {stem}.yaml",
            f"the name of a file ends in .yaml; this one was not read; rename it {stem}.yaml",
        )
        for p, stem in strange
    ]  # fmt: skip


def _packs_in(name: str, shelf: Path) -> list[Path]:
    for folder in (Path(name), shelf / name):
        if (folder / PACK).exists():
            return [folder.resolve()]
        inside = [p.parent for p in sorted(folder.glob(f"*/{PACK}"))] if folder.is_dir() else []
        if inside:
            return inside
    raise Trouble(Exit.USAGE, f"“{name}”不是制度包：没有 {PACK}。", f"“{name}” is no pack: there is no {PACK} in it.")


def _gather(folder: Path, shelf: Path, found: dict[str, Path]) -> None:
    if folder.name in found:
        return
    found[folder.name] = folder  # before what it builds on, so that two packs that name each other end
    for base in _builds_on(folder):
        _gather(_beside(folder, base, shelf), shelf, found)


def _beside(folder: Path, base: Node, shelf: Path) -> Path:
    """Return the folder of a pack another builds on: beside it, else on the shelf. Raises SourceError where it is named."""
    name = base.text or ""
    if not REGULATION_ID.fullmatch(name):  # no road out of the folders of packs
        raise SourceError(
            base,
            f"builds_on:“{name[:60]}”不是制度包的名称,应如 generic",
            f"builds_on: {name[:60]!r} is no name of a pack like generic",
        )
    for place in (folder.parent / name, shelf / name):
        if (place / PACK).exists():
            return place.resolve()
    raise SourceError(base, f"builds_on:没有“{name}”这个制度包", f"builds_on: there is no pack {name!r}")


def _builds_on(folder: Path) -> list[Node]:
    try:
        node = read_file(folder / PACK, f"{folder.name}/{PACK}").get("builds_on")
    except SourceError:
        return []  # the loader will say so, with all the other faults
    return [] if node is None else node.items if node.items is not None else [node]
