"""Each of our rules finds what it is there to find, and leaves the right way alone."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tools.lint import catalogue, doors, hidden_time, http_below, locks, names, reasons, sizes

QUIET, LET = ("# " + word for word in ("noqa", "type: ignore"))  # so that none of them stands here
WRONG = [
    (sizes, "shouwen/cases/long.py", "x = 1\n" * 401),
    (sizes, "shouwen/cases/wide.py", "x = 1  # " + "长" * 132),
    (sizes, "shouwen/web/templates/long.html", "<p>\n" * 121),
    (names, "shouwen/base/utils.py", ""),
    (names, "shouwen/helpers/x.py", ""),
    (names, "shouwen/base/x.py", "class CaseService: ..."),
    (doors, "shouwen/web/cases/views.py", "case.save()"),
    (doors, "shouwen/api/x.py", "Case.objects.filter(pk=1).update(step='done')"),
    (doors, "shouwen/api/x.py", "Case.objects.bulk_create(rows)"),
    (doors, "shouwen/web/x.py", "cursor.execute('delete from cases')"),
    (doors, "shouwen/ops/taking_in.py", "Case.objects.bulk_create(rows)"),
    (hidden_time, "shouwen/cases/x.py", "from django.utils import timezone\nx = timezone.now()"),
    (hidden_time, "shouwen/policy/x.py", "import datetime\nx = datetime.datetime.now(tz)"),
    (hidden_time, "shouwen/base/x.py", "x = localdate()"),
    (http_below, "shouwen/cases/x.py", "from django.http import HttpResponse"),
    (http_below, "shouwen/staff/x.py", "from django import shortcuts"),
    (reasons, "shouwen/base/x.py", "x = eval('1')  # noqa: S307"),
    (reasons, "bench/x.py", "x = f()  # type: ignore[misc]"),
    (locks, "locks/run.txt", "--index-url https://example.org/simple\ndjango==5.2.19 \\\n"),
    (locks, "locks/run.txt", "django==5.2.19 \\\nsegno==1.6.6 \\\n"),  # the tests would do without it
    (locks, "locks/run.txt", "django==5.2.18 \\\n"),  # the tests run another one
    (locks, "pyproject.toml", '[project]\ndependencies = ["django>=5.2,<5.3", "segno>=1.6"]\n'),  # `./run demo` would not have it
    (locks, "pyproject.toml", '[project]\ndependencies = ["Django>=5.2.20"]\n'),
    (locks, "uv.lock", ""),
    (catalogue, "shouwen/web/templates/x.html", "<p>你好</p>"),
    (catalogue, "shouwen/web/x.py", "title = '你好'"),
    (catalogue, "shouwen/web/x.py", "title = _('你好')"),
    (catalogue, "shouwen/web/templates/x.html", "{% translate '你好' %}"),
]
RIGHT = [
    (sizes, "shouwen/cases/x.py", "x = 1\n" * 400),
    (sizes, "shouwen/cases/x.py", "x = 1  # " + "长" * 131),
    (names, "shouwen/cases/outcomes.py", "class Outcome: ..."),
    (doors, "shouwen/web/x.py", "context.update({'a': 1})\nact(Close(case))"),
    (doors, "shouwen/cases/x.py", "case.save()"),
    (doors, "shouwen/ops/cast.py", "Company.objects.create(name=COMPANY)"),
    (hidden_time, "shouwen/cases/x.py", "day = localdate(now)"),
    (hidden_time, "shouwen/web/x.py", "now = timezone.now()"),
    (http_below, "shouwen/web/x.py", "from django.http import HttpResponse"),
    (reasons, "shouwen/base/x.py", "x = eval('1')  # noqa: S307  the text is ours"),
    (reasons, "bench/x.py", "x = f()  # type: ignore[misc]  # as the stubs want it"),
    (locks, "locks/run.txt", "django==5.2.19 \\\n    --hash=sha256:00\n"),
    (catalogue, "shouwen/web/templates/x.html", "{# 说明 #}<p>{{ name }}</p>"),
    (catalogue, "shouwen/web/x.py", '"""说明。"""'),
]


DJANGO = "django==5.2.19 \\\n    --hash=sha256:00\n"
AROUND = {
    "package-lock.json": "{}", "pyproject.toml": '[project]\ndependencies = ["django>=5.2,<5.3"]\n', "locks/run.txt": DJANGO, "locks/dev.txt": DJANGO,
}  # fmt: skip


def plant(root: Path, file: str, text: str) -> None:
    for name, said in {**AROUND, file: text}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said, encoding="utf-8")


@pytest.mark.parametrize(("rule", "file", "text"), WRONG)
def test_a_rule_finds_the_fault_and_says_where(tmp_path: Path, rule: ModuleType, file: str, text: str) -> None:
    plant(tmp_path, file, text)

    assert {fault.path.as_posix() for fault in rule.check(tmp_path)} == {file}


@pytest.mark.parametrize(("rule", "file", "text"), RIGHT)
def test_a_rule_leaves_the_right_way_alone(tmp_path: Path, rule: ModuleType, file: str, text: str) -> None:
    plant(tmp_path, file, text)

    assert list(rule.check(tmp_path)) == []


def test_every_way_of_marking_a_text_in_a_template_is_read(tmp_path: Path) -> None:
    template = """
    {% load i18n %}<h1 title="{% trans '一' %}">{% translate "二" %}</h1>
      {% blocktranslate with n=case.number %}三{{ n }}{% endblocktranslate %}
    {% blocktranslate count n=1 %}四{{ n }}{% plural %}五{{ n }}{% endblocktranslate %} {{ _("六") }}
    """
    plant(tmp_path, "shouwen/web/templates/x.html", template)

    assert [text for _, _, text, _ in catalogue.texts(tmp_path)] == ["一", "二", "三%(n)s", ("四%(n)s", "五%(n)s"), "六"]


def test_the_catalogue_is_complete_once_every_text_has_english_with_the_same_holes(tmp_path: Path) -> None:
    plant(tmp_path, "shouwen/web/x.py", "a = _('共 %(n)s 件')")
    assert catalogue.update(tmp_path) == 1
    po = tmp_path / catalogue.PO
    po.write_text(po.read_text(encoding="utf-8").replace('msgstr ""', 'msgstr "%(n)s cases"'), encoding="utf-8")
    assert list(catalogue.check(tmp_path)) == []
    assert catalogue.update(tmp_path) == 0  # and what is translated stays

    po.write_text(po.read_text(encoding="utf-8").replace("%(n)s cases", "cases"), encoding="utf-8")
    assert ["other places" in fault.text for fault in catalogue.check(tmp_path)] == [True]

    po.write_text(po.read_text(encoding="utf-8").replace('"cases"', '"%(n)s 件 cases"'), encoding="utf-8")
    assert ["Chinese characters" in fault.text for fault in catalogue.check(tmp_path)] == [True]


def test_a_language_is_called_by_its_own_name_in_english_too(tmp_path: Path) -> None:
    plant(tmp_path, "shouwen/web/x.py", "a = _('简体中文')")
    catalogue.update(tmp_path)
    po = tmp_path / catalogue.PO
    po.write_text(po.read_text(encoding="utf-8").replace('msgstr ""', 'msgstr "简体中文"'), encoding="utf-8")
    assert list(catalogue.check(tmp_path)) == []
