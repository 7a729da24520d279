"""What search keeps of a text and what it asks for: pure functions, kept side by side so that they agree.

Stored in `search_row.tokens` (a tsvector without positions):

| in the text | lexemes | found by |
|---|---|---|
| run of Chinese characters 空调漏水 | 空调 调漏 漏水 水 | each pair; one character as a prefix |
| other words, codes a-12 | a-12 a12 a 12 | prefix |
| name 王建国 | ~wjg ~jg ~wangjianguo ~jianguo ~guo | pinyin, whole or initials, from any syllable on |
| about 空调漏水 | ~ktls ~tls ~ls | initials, four at a time |
| phone, number, code | #4321… (reversed) | the tail |
| door 3幢2单元501室 | ^3-2-501 | the same, however somebody writes it, as is the house 3-2-501; 3幢 as the prefixes 3- and ^3- |
| unit and people | =7 =p12 | narrowing, never typed |

Pairs of neighbouring characters that all occur may still occur apart: parts of three characters and more are compared with
the text itself (`Query.contains`).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from shouwen.base import pinyin

HAN: Final = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
WORD: Final = re.compile(rf"[{HAN}]+|(?:[^\W_{HAN}]+)(?:-[^\W_{HAN}]+)*")
IS_HAN: Final = re.compile(rf"[{HAN}]")
GAPS_IN_NAME: Final = re.compile(rf"(?<=[{HAN}])[\s·•・]+(?=[{HAN}])")
BEGINS: Final = re.compile(r"[a-z]{1,6}\d{2,}(?:-\d*)?")  # a human number being typed: bx2026, bx20261121-00
DOOR: Final = re.compile(  # a building; then stairs and a door, if somebody says them
    r"(?<![a-z\d-])(\d{1,3}|[a-z])(?:幢|栋|座(?!机|椅|位)|号楼|#楼)(?:(\d{1,2})(?:单元|门))?(?:(\d{1,5})(?![\d-]|幢|栋|座|单元|号楼)(?:室|房|号|户)?)?"
)
UNKEEPABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, halves of characters
DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))

EVERYBODY: Final = -1  # the unit of what all may see: a price list
MAX_TEXT: Final = 1_000  # characters of one field that are searched; a longer story is cut
MAX_ABOUT: Final = 16  # characters of `about` that are found by initials
MAX_PERSON: Final = 4  # Chinese characters of a name that is read as a person's; longer ones are companies or foreign names
MAX_WORD: Final = 48  # characters of one lexeme
MAX_WORDS: Final = 8  # parts of what somebody typed
MAX_SINGLE: Final = 2  # parts of one character that are asked of the index, which has to add up all pairs they begin
LOOSE: Final = 4  # Chinese characters from which on something is looked for by its pairs, should nothing hold the whole: no names
MAX_QUERY: Final = 64  # characters of what somebody typed; the rest of a pasted page is ignored
VARIANTS: Final = 4  # ways to read four characters that are kept
GRAM: Final = 4  # initials of `about` are kept four at a time: few different lexemes, so a small index


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDoc:
    """What one case, customer or record says of itself to search. `title` and `preview` are shown: mask them.

    The rest is only compared: `name` in clear, `number` as printed, `about` a short and `body` a long text, `codes` plates and
    the like, `phones` national digits. `sort_at` orders what is found, newest first. Who sees it: the readers of `unit` (or
    EVERYBODY), and the `people` it concerns (responsible, first asked, a task), as far as their clearance reaches its `level`.
    """

    kind: str
    id: int
    unit: int
    sort_at: datetime
    title: str
    preview: str = ""
    number: str = ""
    name: str = ""
    about: str = ""
    body: str = ""
    codes: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    level: int = 0
    noun: str = ""  # the procedure or register: of some the law says who reads them
    withheld_from: tuple[int, ...] = ()  # who does not find it, whatever else holds


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, compiled. All `terms` (tsquery texts) must match, and the text must hold each of `contains`."""

    number: str  # to compare with folded numbers; "" when it cannot be one
    begins: str  # what numbers begin with (bx2026), when it is nothing but the beginning of a human number
    name: str  # to compare with folded names
    terms: tuple[str, ...]
    contains: tuple[str, ...] = field(default=())
    pairs: tuple[str, ...] = field(default=())  # of neighbouring Chinese characters, in the order typed
    others: tuple[str, ...] = field(default=())  # the terms of what is not Chinese


def fold(text: str) -> str:
    """Return text as it is compared: without full-width forms, capitals, kinds of dashes, and what PostgreSQL cannot keep."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(DASHES)
    return UNKEEPABLE.sub("", plain)


def fold_name(name: str) -> str:
    """Return a name as it is compared: 张　三 and 阿卜杜拉·买买提 without their gaps."""
    return " ".join(GAPS_IN_NAME.sub("", fold(name)).split())


def fold_number(number: str) -> str:
    """Return a human number or code as it is compared: BX20261121-0007 is bx202611210007."""
    return "".join(c for c in fold(number) if c.isalnum())


def text_of(doc: SearchDoc) -> str:
    """Return the text that parts of a query are compared with."""
    return "\n".join((fold_name(doc.name), *(fold(t[:MAX_TEXT]) for t in (doc.about, doc.body, *doc.codes))))


def tokens_of(doc: SearchDoc) -> list[str]:
    """Return the lexemes of a document, without order or repetition."""
    found = {f"={doc.unit}", *(f"=p{p}" for p in doc.people)}
    found.update(_words(text_of(doc)))
    found.update(_name_pinyin(fold_name(doc.name)))
    found.update(_initials(fold(doc.about[:MAX_ABOUT])))
    found.update(_number(fold(doc.number)))
    for code in (*doc.codes, *doc.phones):
        whole = "".join(c for c in fold(code) if c.isalnum() or c == "-")[:MAX_WORD]
        found.update((whole, "#" + whole[::-1]))
    return [t for t in found if len(t) > 1 or t.isalnum()]


def _number(number: str) -> Iterator[str]:
    """The pieces of a human number, and its tail. The piece of the day is shared by all numbers of that day: a prefix like bx2025
    must not meet half a million lexemes."""
    for word in WORD.findall(number):
        pieces = word.split("-")
        yield from (p[:MAX_WORD] for p in pieces)
        if _is_dated(pieces):
            yield "#" + "".join(pieces)[:-MAX_WORD:-1]
        else:
            yield from (word[:MAX_WORD], "#" + word[:-MAX_WORD:-1])
    yield from (digits[:MAX_WORD] for digits in re.findall(r"\d+", number))


def _is_dated(pieces: list[str]) -> bool:
    """Whether a number with dashes is one of ours (BX20261121-0007) rather than a door (5-1-302)."""
    return len(pieces) > 1 and len(pieces[0]) >= 5


def _words(text: str) -> Iterator[str]:
    yield from ("^" + "-".join(d) + ("-" if len(d) == 1 else "") for d in doors(text))
    for word in WORD.findall(text):
        if IS_HAN.match(word):
            yield from (word[i : i + 2] for i in range(len(word) - 1))
            yield word[-1]
            continue
        yield word[:MAX_WORD]
        if "-" in word:
            yield word.replace("-", "")[:MAX_WORD]
            yield from (piece[:MAX_WORD] for piece in word.split("-"))
        if len(word) >= 7 and word.isdigit():  # a phone number somebody wrote into the text
            yield "#" + word[:MAX_WORD][::-1]


@lru_cache(maxsize=4_096)
def _name_pinyin(name: str) -> frozenset[str]:
    if not IS_HAN.search(name):
        return frozenset()
    person = len(name) <= MAX_PERSON
    found: set[str] = set()
    for reading in pinyin.name_variants(name) if person else [tuple(pinyin.syllables(name))]:
        parts = [p for p in reading if p.isascii()]
        letters = pinyin.initials(parts)
        for i in range(len(parts)):
            whole = "".join(parts[i:])[:MAX_WORD]
            found |= {"~" + whole, "~" + whole.replace("v", "u")}
            if len(letters) - i > 1:
                found |= {"~" + letters[i : i + MAX_WORD], "~" + letters[i : i + GRAM]}
    return frozenset(found)


def _initials(about: str) -> Iterator[str]:
    for run in WORD.findall(about):
        if not IS_HAN.match(run):
            continue
        letters = [_first_letters(char) for char in run]
        usual = "".join(each[:1] for each in letters)
        for i in range(len(letters) - 1):
            gram = letters[i : i + GRAM]
            yield "~" + usual[i : i + GRAM]
            if any(len(each) > 1 for each in gram):
                yield from ("~" + "".join(some) for some in itertools.islice(itertools.product(*gram), VARIANTS))


@lru_cache(maxsize=40_000)
def _first_letters(char: str) -> str:
    """The letters one character may begin with; a sign for a character nobody can read, so that its neighbours stay apart."""
    return "".join(dict.fromkeys(reading[0] for reading in pinyin.likely(char))) or "?"


def compile_query(text: str) -> Query | None:
    """Return what somebody typed as a query, or None when there is nothing in it to search for."""
    folded = " ".join(fold(text[: MAX_QUERY * 2]).split())[:MAX_QUERY]
    phone = dialled(folded)
    asked_for = doors(folded)
    words = [phone] if phone else list(dict.fromkeys(WORD.findall(DOOR.sub(" ", folded))))[:MAX_WORDS]
    if not words and not asked_for:
        return None
    single = [w for w in words if len(w) == 1 and IS_HAN.match(w)]
    asked = [w for w in words if w not in single[MAX_SINGLE:]]
    alone = len(words) + len(asked_for) == 1
    terms = dict.fromkeys([*map(_door, asked_for), *(term for word in asked for term in _terms(word, alone=alone))])
    contains = (*(w for w in words if len(w) > 2 and IS_HAN.match(w)), *single[MAX_SINGLE:])
    code = fold_number(" ".join([*("-".join(d) for d in asked_for), *words]) if asked_for else folded)
    begins = code if BEGINS.fullmatch(folded) else ""
    han = [w for w in asked if IS_HAN.match(w) and len(w) > 1]
    pairs = tuple(dict.fromkeys(w[i : i + 2] for w in han for i in range(len(w) - 1)))
    others = (*map(_door, asked_for), *(t for w in asked if not IS_HAN.match(w) for t in _terms(w, alone=False)))
    number = code if re.search(r"\d", code) else ""
    loose = pairs if sum(map(len, han)) >= LOOSE else ()
    return Query(number, begins, fold_name(folded), tuple(terms), contains, loose, others)


def loosened(query: Query) -> Query | None:
    """Return what asks for any of the pairs of a query; None when it has too few characters for that."""
    if len(query.pairs) < 2:
        return None
    any_pair = _any([quote(pair) for pair in query.pairs])
    return Query("", "", "", (*query.others, any_pair), pairs=query.pairs)


def dialled(text: str) -> str:
    """Return the digits of what may be one phone number written with gaps; "" for anything else.

    Every group has three digits and more, as no number of a door has: 138 0000 1234, not 12-1-1203.
    """
    groups = [g for g in re.split(r"[\s\-().+]+", text) if g]
    if not all(g.isascii() and g.isdigit() for g in groups) or sum(map(len, groups)) < 7:
        return ""
    return national(text) if all(len(g) > 2 for g in groups[groups[0] == "86" :]) else ""


def doors(folded: str) -> list[tuple[str, ...]]:
    """Return the doors named in a folded text, each as the parts that are said of it.

    >>> doors("云栖花园3幢2单元501室、a座1203、5号楼")
    [('3', '2', '501'), ('a', '1203'), ('5',)]
    """
    return [tuple(part for part in found.groups() if part) for found in DOOR.finditer(folded)]


def national(number: str) -> str:
    """Return the digits of a phone number without the prefix of China; "" when there are none.

    >>> national("+86 138-0000-1234")
    '13800001234'
    """
    digits = re.sub(r"\D", "", number)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) >= 11 + len(prefix):
            return digits[len(prefix) :]
    return digits


def scope_term(units: Iterable[int], people: Iterable[int]) -> str:
    """Return the term that narrows a query inside the index to what is of one of the units or concerns one of the people."""
    return _any([*(quote(f"={u}") for u in units), *(quote(f"=p{p}") for p in people)])


def _terms(word: str, *, alone: bool) -> list[str]:
    if IS_HAN.match(word):
        return [_prefix(word)] if len(word) == 1 else [quote(word[i : i + 2]) for i in range(len(word) - 1)]
    if len(word) == 1 and word.isalpha():  # 粤B is the beginning of a plate; B alone would be the beginning of everything
        return [quote(word) if alone else _prefix(word)]
    if len(word) <= 2 and word.isdigit():
        return [quote(word)]
    *first, last = pieces = word.split("-")
    joined = word.replace("-", "") if len(last) >= 4 else word  # the end of one of our numbers, 1121-0007, is kept without dashes
    tails = [_prefix("#" + w[:-MAX_WORD:-1]) for w in dict.fromkeys((word, joined))]
    if word.isascii() and word.isalpha():
        return [_any([_prefix(word[:MAX_WORD]), _prefix("~" + word[:MAX_WORD]), *_grams(word)])]
    if word.isdigit() and len(word) < 5:  # 2026 as a prefix would be every number of a year
        return [_any([quote(word), *tails])]
    together = ["(" + " & ".join([*map(quote, first), _prefix(last)]) + ")"] if _is_dated(pieces) else []
    return [_any([_prefix(word[:MAX_WORD]), *tails, *together])]


def _door(parts: Sequence[str]) -> str:
    """As houses are numbered, a building being the beginning, or as people write. Where stairs are not said they may stand between."""
    if len(parts) == 1:
        return _any([_prefix(f"{sign}{parts[0]}-") for sign in ("", "^")])
    ways = [_prefix(sign + "-".join(parts)) for sign in ("", "^")]
    between = [f"({_prefix(f'{sign}{parts[0]}-')} & {quote(parts[1])})" for sign in ("", "^")] if len(parts) == 2 else []
    return _any([*ways, *between])


def _grams(letters: str) -> list[str]:
    """More initials than are kept together are asked for four by four."""
    if len(letters) <= GRAM:
        return []
    return ["(" + " & ".join(quote("~" + letters[i : i + GRAM]) for i in range(len(letters) - GRAM + 1)) + ")"]


def _any(terms: list[str]) -> str:
    return terms[0] if len(terms) == 1 else "(" + " | ".join(terms) + ")"


def _prefix(word: str) -> str:
    return quote(word) + ":*"


def quote(lexeme: str) -> str:
    """Return a lexeme as a tsquery spells it."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
