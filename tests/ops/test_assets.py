"""The browser libraries: what is asked for is there, and nothing half-made is ever taken for whole."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from shouwen.ops import assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose cache holds what the real one has, as if npm had just brought it; no npm within reach."""
    for name in ("package.json", "package-lock.json", "shouwen/web/icons.txt", "shouwen/ops/assets.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setenv("SHOUWEN_ASSETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SHOUWEN_NO_SYSTEM_NPM", "1")
    return tmp_path


def fill_cache(project: Path) -> None:
    cache = project / "cache" / assets.digest(project)
    (cache / "tests").mkdir(parents=True)
    (cache / "vendor").mkdir()
    (cache / "vendor/htmx.min.js").write_text("htmx")


def test_libraries_come_from_the_cache_and_a_change_of_the_lock_makes_them_stale(project: Path) -> None:
    fill_cache(project)
    assert assets.available(project)

    assert "cache" in assets.ensure(project)
    assert assets.fresh(project)
    assert "up to date" in assets.ensure(project)

    (project / "shouwen/web/icons.txt").write_text("phone\n")
    assert not assets.fresh(project)


def test_files_that_were_deleted_are_put_back(project: Path) -> None:
    fill_cache(project)
    assets.ensure(project)

    shutil.rmtree(assets.vendor(project))
    assets.ensure(project)

    assert (assets.vendor(project) / "htmx.min.js").read_text() == "htmx"


def test_without_npm_and_cache_it_says_where_a_copy_would_go(project: Path) -> None:
    assert not assets.available(project)

    with pytest.raises(assets.AssetsMissing, match=re.escape(str(project / "cache" / assets.digest(project)))):
        assets.ensure(project)
    assert not assets.vendor(project).exists()


def test_the_sprite_has_the_icons_of_the_list_and_a_wrong_name_is_said(project: Path) -> None:
    icons = project / "node_modules/@tabler/icons/icons/outline"
    icons.mkdir(parents=True)
    blank = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
    (icons / "phone.svg").write_text(f'<svg\n viewBox="0 0 24 24">\n {blank}\n <path d="M1 1" />\n</svg>')
    names = project / "shouwen/web/icons.txt"

    names.write_text("# a remark\nphone\n")
    sprite = assets._sprite(project / "node_modules", project)
    assert '<symbol id="phone" viewBox="0 0 24 24"><path d="M1 1" /></symbol>' in sprite
    assert "M0 0h24" not in sprite

    names.write_text("phnoe\n")
    with pytest.raises(assets.AssetsMissing, match="phnoe"):
        assets._sprite(project / "node_modules", project)


@pytest.mark.parametrize("end", [b"\n//# sourceMappingURL=a.js.map", b"\n/*# sourceMappingURL=a.css.map */"])
def test_references_to_source_maps_we_do_not_ship_are_taken_out(end: bytes) -> None:
    assert assets.SOURCE_MAP.sub(b"\n", b"code;" + end) == b"code;\n"
