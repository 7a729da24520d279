"""Build hook: brings the browser libraries that package-lock.json names, and compiles the catalogues, into the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Asked by hatchling for every wheel, also the editable one that `uv pip install --editable` makes."""

    def dependencies(self) -> list[str]:
        """Asked before the build: Node is fetched only if it is needed."""
        assets = self._load("assets")
        return ["babel"] if assets.available(Path(self.root)) else ["babel", assets.NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before files are collected."""
        assets = self._load("assets")
        try:
            self.app.display_info(assets.ensure(Path(self.root)))
        except assets.AssetsMissing as e:
            raise SystemExit(str(e)) from e
        self._load("catalogues").compile_all(Path(self.root) / "shouwen/locale")

    def _load(self, name: str) -> ModuleType:
        """From its file: the package itself is not installed yet."""
        spec = importlib.util.spec_from_file_location(name, Path(self.root) / f"shouwen/ops/{name}.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
