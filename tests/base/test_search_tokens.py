"""What search keeps of a text and what it asks for, without a database."""

from __future__ import annotations

import pytest

from shouwen.base import pinyin, search_tokens
from shouwen.base.search_tokens import MAX_QUERY, SearchDoc, compile_query, dialled, fold, national, text_of, tokens_of
from tests.world import NOW


def doc(**said: object) -> SearchDoc:
    return SearchDoc(**{"kind": "case", "id": 1, "unit": 7, "sort_at": NOW, "title": "*", **said})  # type: ignore[arg-type]  # keywords of a test's own


def test_a_run_is_kept_as_pairs_and_its_last_character() -> None:
    assert {"空调", "调漏", "漏水", "水"} <= set(tokens_of(doc(body="空调漏水")))


def test_no_token_is_blank_or_holds_a_blank() -> None:
    everything = doc(
        name="阿 卜·杜", about="", body="a  b\n\n京A·12345 —— 5-1-302", number="BX20261121-0007", codes=("",), phones=("",)
    )

    assert all(t.split() == [t] and t not in {"#", "~", "="} for t in tokens_of(everything))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王建国", "wjg"), ("王建国", "jg"), ("王建国", "wangjianguo"), ("王建国", "jianguo"), ("王建国", "wangj"),
        ("单立人", "slr"), ("单立人", "dlr"), ("单立人", "shanliren"), ("曾琴", "zq"), ("曾琴", "cq"), ("尉迟恭", "ycg"),
        ("吕布", "lb"), ("吕布", "lvbu"), ("吕布", "lubu"), ("张长乐", "zcy"), ("云栖物业管理有限公司", "yqwygl"),
    ],
)  # fmt: skip
def test_a_name_is_found_by_the_pinyin_people_type(name: str, typed: str) -> None:
    tokens = set(tokens_of(doc(name=name)))

    assert any(t.startswith(f"~{typed[:4]}") for t in tokens)
    assert f"~{typed}" in tokens or any(t.startswith(f"~{typed}") for t in tokens)


@pytest.mark.parametrize(
    "typed", ["3幢", "3栋", "３幢", "3座", "3号楼", "3幢2单元", "3幢2单元501室", "3栋501", "云栖花园3幢", "3-2-501", "3#楼2门501"]
)
def test_a_house_is_found_however_its_door_is_written(typed: str) -> None:
    house = set(tokens_of(doc(number="云栖3-2-501", body="云栖花园3栋2单元501")))
    query = compile_query(typed)

    assert query is not None
    assert all(holds(term, house) for term in query.terms), query.terms


@pytest.mark.parametrize("typed", ["2幢", "3幢1单元", "3幢502", "13幢", "3幢2单元50室1"])
def test_another_door_finds_no_such_house(typed: str) -> None:
    house = set(tokens_of(doc(number="云栖3-2-501", body="云栖花园3栋2单元501")))
    query = compile_query(typed)

    assert query is not None
    assert not all(holds(term, house) for term in query.terms)


@pytest.mark.parametrize("typed", ["3栋2单元501 漏水", "3幢", "3号楼501"])
def test_a_door_told_in_a_story_is_found_as_other_people_write_it(typed: str) -> None:
    told = set(tokens_of(doc(body="业主称３幢2单元501室门口漏水")))
    query = compile_query(typed)

    assert query is not None
    assert all(holds(term, told) for term in query.terms)


@pytest.mark.parametrize("text", ["3座椅子坏了", "家里3座机", "2026", "bx20261121-0007", "138 0000 1234"])
def test_what_is_no_door_is_read_as_before(text: str) -> None:
    assert search_tokens.doors(fold(text)) == []


def holds(term: str, tokens: set[str]) -> bool:
    """Whether lexemes match a term, as PostgreSQL would say: | of & of lexemes, :* for prefixes."""
    one = term.strip()
    for sign, of in (("|", any), ("&", all)):
        parts = outside(one, sign)
        if len(parts) > 1:
            return of(holds(part, tokens) for part in parts)
    if one.startswith("("):
        return holds(one[1:-1], tokens)
    lexeme = one.removesuffix(":*").strip("'")
    return any(t.startswith(lexeme) if one.endswith(":*") else t == lexeme for t in tokens)


def outside(term: str, sign: str) -> list[str]:
    """The parts of a term between signs that stand in no brackets."""
    parts, depth = [""], 0
    for char in term:
        depth += (char == "(") - (char == ")")
        if char == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def test_a_word_with_two_readings_is_found_by_both() -> None:
    tokens = set(tokens_of(doc(about="厨房空调漏水")))

    assert {"~ktls", "~kdls"} <= tokens


def test_surnames_are_read_as_surnames_and_sorted_by_syllables() -> None:
    names = ["王安", "单立人", "万里", "曾琴", "王", "沈青", "Zoe"]

    assert sorted(names, key=pinyin.sort_key) == ["单立人", "沈青", "万里", "王", "王安", "曾琴", "Zoe"]


def test_a_company_is_not_read_as_a_surname() -> None:
    assert pinyin.sort_key("单元门维修公司", person=False).startswith("dan yuan")


@pytest.mark.parametrize("written", ["ＢＸ２０２６", "bx2026", "BX2026", "ｂｘ2026"])
def test_width_and_case_do_not_matter(written: str) -> None:
    assert fold(written) == "bx2026"


@pytest.mark.parametrize("written", ["+86 138 0000 1234", "0086-138-0000-1234", "138-0000-1234", "(138) 0000 1234"])
def test_a_phone_written_with_gaps_is_one_number(written: str) -> None:
    found = compile_query(written)

    assert national(written) == "13800001234"
    assert found is not None
    assert found.terms == ("('13800001234':* | '#43210000831':*)",)


@pytest.mark.parametrize("written", ["12-1-1203", "5-1-302", "1" * 6, "138 0000 123a", "1 2 3 4 5 6 7 8"])
def test_a_door_is_no_phone(written: str) -> None:
    assert not dialled(written)


@pytest.mark.parametrize("typed", ["", " ", "😀", "%_", "\\", "'", "---", "\x00", "()&|!", "\ud83d"])
def test_nothing_to_look_for_is_no_query(typed: str) -> None:
    assert compile_query(typed) is None


def test_a_pasted_page_is_cut() -> None:
    found = compile_query("漏" * 400)

    assert found is not None
    assert max(len(part) for part in found.contains) == MAX_QUERY


def test_quotes_and_backslashes_cannot_leave_their_lexeme() -> None:
    for typed in ("o'brien", "a\\b", "' | 'x", "a':* | '漏"):
        found = compile_query(typed)
        assert found is not None
        assert all(term.count("'") % 2 == 0 for term in found.terms)
        assert not any("\\" in term for term in found.terms)


def test_the_text_to_compare_with_holds_every_indexed_run() -> None:
    everything = doc(name="王 建国", about="空调", body="Ｂ座漏水", codes=("京A12345",))

    assert text_of(everything).split("\n") == ["王建国", "空调", "b座漏水", "京a12345"]
