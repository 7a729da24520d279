"""The page of docs/howto/add-a-page.md is mounted as it stands there, and asked for."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import include, path
from django.utils import timezone

from tests.docs.test_examples import blocks
from tests.web.village import Village


def _module(patch: pytest.MonkeyPatch, name: str, text: str = "") -> ModuleType:
    made = ModuleType(name)
    patch.setitem(sys.modules, name, made)
    exec(compile(text, name, "exec"), made.__dict__)  # noqa: S102  the page's own example
    return made


def test_the_page_of_the_example_answers(village: Village, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    views, addresses = blocks("add-a-page.md", "python")
    folder = tmp_path / "today"
    folder.mkdir()
    for name, text in zip(("page.html", "_list.html"), blocks("add-a-page.md", "html"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    package = _module(monkeypatch, "shouwen.web.today")
    package.views = _module(monkeypatch, "shouwen.web.today.views", views)  # type: ignore[attr-defined]  # as an import would
    _module(monkeypatch, "shouwen.web.today.urls", addresses)
    mounted = _module(monkeypatch, "mounted")
    mounted.urlpatterns = [path("today/", include("shouwen.web.today.urls")), path("", include("shouwen.config.urls"))]  # type: ignore[attr-defined]  # a module may have any
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0].get("DIRS", []), tmp_path]
    case = village.repair(village.cast.chen_jie, timezone.now(), 9, "今天立项的报修", trouble="fault")

    with override_settings(ROOT_URLCONF="mounted", TEMPLATES=templates):
        client = village.client(village.cast.chen_jie)
        whole = client.get("/today/")
        part = client.get("/today/", headers={"HX-Request": "true"})

    assert (whole.status_code, part.status_code) == (200, 200)
    assert case.number in whole.content.decode()
    assert case.number in part.content.decode()
    assert "<h1>今日立项</h1>" in whole.content.decode()
    assert "<h1>" not in part.content.decode()
