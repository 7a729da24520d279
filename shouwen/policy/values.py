"""The types of fields: how a value is read from text or JSON, kept, and printed.

Money is whole fen, percent a Decimal of percent (10 means 10 %), a span a `worktime.Span`, a date ends with its day.
Persons, units, customers, records and cases are ids. Reading never guesses: what does not fit is refused with a reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shouwen.worktime import BadSpan, Span, parse_span

TYPES: Final = (
    "text", "phone", "number", "money", "percent", "date", "datetime", "span", "yes_no", "choice", "many",
    "staff", "unit", "customer", "record", "case", "rows", "slots", "evidence", "file",
)  # fmt: skip
IDS: Final = frozenset({"staff", "unit", "customer", "record", "case", "file"})
MAX_TEXT: Final = 20_000
MAX_ROWS: Final = 500
MAX_DECIMALS: Final = 12
UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")  # what the database cannot keep as text
YES: Final = frozenset({"yes", "true", "是", "1"})
NO: Final = frozenset({"no", "false", "否", "0"})
MONEY = re.compile(r"^(-?\d{1,15}(?:\.\d{1,2})?)\s*(?:CNY|元)?$")


class BadValue(ValueError):
    """A value does not fit its field. `zh` and `en` say why."""

    def __init__(self, zh: str, en: str, path: str = "") -> None:
        self.zh, self.en, self.path = zh, en, path
        super().__init__(zh)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice: its id, its words, and how a condition on it reads (紧急的)."""

    id: str
    zh: str
    en: str = ""
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of a field. `choices` for choice, many and slots; `columns` for rows; `nouns` what an id points to."""

    name: str
    choices: Mapping[str, Choice] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)  # name -> nouns.Field
    nouns: tuple[str, ...] = ()
    unit: str = ""
    many: bool = False
    whole: bool = False  # a number without decimals: a count

    def read(self, raw: object, zone: tzinfo | None = None) -> Any:
        """Return the typed value of JSON or text; None for what is empty. Raises BadValue."""
        if raw is None or raw in ("", []):
            return None
        if self.many and self.name not in ("many", "rows"):
            return _read_many(self, raw, zone)
        return READERS[self.name](self, raw, zone)

    def load(self, kept: Any) -> Any:
        """Return the typed value of what `dump` made (as it stands in the database). Does not check."""
        if kept is None or (self.name in KEPT_AS_IS and not self.many):
            return kept
        if self.many and self.name != "many":
            one = FieldType(self.name, self.choices)
            return tuple(one.load(k) for k in kept)
        return LOADERS[self.name](self, kept)

    def dump(self, value: Any) -> Any:
        """Return the JSON form of a typed value."""
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else str(value.normalize())
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, Span):
            return str(value)
        if self.name == "rows":
            return [{k: self.columns[k].type.dump(v) for k, v in row.items() if v is not None} for row in value]
        if isinstance(value, Mapping):
            return dict(value)
        return [self.dump(v) for v in value]


def _text(_type: FieldType, raw: object, _zone: tzinfo | None) -> str:
    if not isinstance(raw, str):
        raise BadValue("应为文字", "should be text")
    if len(raw) > MAX_TEXT:
        raise BadValue(f"超过{MAX_TEXT}个字", f"longer than {MAX_TEXT} characters")
    if UNKEPT.search(raw):
        raise BadValue("含有不可用的字符", "contains a character that cannot be kept")
    return raw


def _phone(t: FieldType, raw: object, zone: tzinfo | None) -> str:
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", _text(t, raw, zone)))  # full-width digits are digits
    if not re.fullmatch(r"\+?\d{3,20}", digits):
        raise BadValue("应为电话号码(3至20位数字)", "should be a phone number of 3 to 20 digits")
    return digits


def _number(_type: FieldType, raw: object, _zone: tzinfo | None) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal | float):
        raise BadValue("应为数字", "should be a number")
    try:
        n = Decimal(str(raw).strip().removesuffix("%"))
    except InvalidOperation:
        raise BadValue("应为数字", "should be a number") from None
    if not n.is_finite() or abs(n) >= Decimal(10) ** 15:
        raise BadValue("数字超出范围", "the number is out of range")
    if int(n.as_tuple().exponent) < -MAX_DECIMALS:
        raise BadValue(f"小数超过{MAX_DECIMALS}位", f"more than {MAX_DECIMALS} decimals")
    return n


def _money(_type: FieldType, raw: object, _zone: tzinfo | None) -> int:
    if isinstance(raw, bool):
        raise BadValue("应为金额", "should be an amount of money")
    if isinstance(raw, int):
        text = str(raw)
    elif isinstance(raw, float):
        text = repr(raw)
    else:
        text = str(raw).replace(",", "").replace("¥", "").strip()
    m = MONEY.match(text)
    if not m:
        raise BadValue("应为金额,元,最多两位小数", "should be an amount in yuan with at most two decimals")
    return int(Decimal(m[1]) * 100)


def _date(_type: FieldType, raw: object, _zone: tzinfo | None) -> date:
    if isinstance(raw, datetime):
        raise BadValue("应为日期", "should be a date")
    try:
        day = raw if isinstance(raw, date) else date.fromisoformat(str(raw))
    except ValueError:
        raise BadValue("应为日期,如 2026-03-01", "should be a date like 2026-03-01") from None
    if not 1900 <= day.year <= 9000:
        raise BadValue("年份超出范围", "the year is out of range")
    return day


def _datetime(_type: FieldType, raw: object, zone: tzinfo | None) -> datetime:
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    except ValueError:
        raise BadValue("应为日期和时间,如 2026-03-01 14:00", "should be a date and time like 2026-03-01 14:00") from None
    if moment.tzinfo is None:
        if zone is None:
            raise BadValue("时间缺少时区", "the time has no zone")
        moment = moment.replace(tzinfo=zone)
    if not 1900 <= moment.year <= 9000:
        raise BadValue("年份超出范围", "the year is out of range")
    return moment


def _span(_type: FieldType, raw: object, _zone: tzinfo | None) -> Span:
    if isinstance(raw, Span):
        return raw
    try:
        return parse_span(str(raw))
    except BadSpan as e:
        raise BadValue(e.zh, e.en) from None


def _yes_no(_type: FieldType, raw: object, _zone: tzinfo | None) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise BadValue("应为是或否", "should be yes or no")


def _choice(t: FieldType, raw: object, _zone: tzinfo | None) -> str:
    if isinstance(raw, str) and raw in t.choices:
        return raw
    known = "、".join(f"{c.zh}({c.id})" for c in list(t.choices.values())[:12])
    raise BadValue(f"应为其中之一:{known}", f"should be one of: {', '.join(list(t.choices)[:12])}")


def _many(t: FieldType, raw: object, zone: tzinfo | None) -> tuple[str, ...]:
    items = raw if isinstance(raw, list | tuple) else [raw]
    return tuple(dict.fromkeys(_choice(t, i, zone) for i in items))


def _id(_type: FieldType, raw: object, _zone: tzinfo | None) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str) or not re.fullmatch(r"\d{1,18}", str(raw)):
        raise BadValue("应为编号", "should be an id")
    return int(raw)


def _rows(t: FieldType, raw: object, zone: tzinfo | None) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(raw, list | tuple):
        raise BadValue("应为若干行", "should be a list of rows")
    if len(raw) > MAX_ROWS:
        raise BadValue(f"超过{MAX_ROWS}行", f"more than {MAX_ROWS} rows")
    rows = []
    for i, row in enumerate(raw, 1):
        if not isinstance(row, Mapping):
            raise BadValue(f"第{i}行应为一组列", f"row {i} should be a set of columns")
        rows.append(_row(t, i, row, zone))
    return tuple(rows)


def _row(t: FieldType, i: int, row: Mapping[str, object], zone: tzinfo | None) -> Mapping[str, Any]:
    read = {}
    for column, value in row.items():
        if column not in t.columns:
            raise BadValue(f"第{i}行:没有“{column}”这一列", f"row {i}: there is no column {column!r}", f"{i}.{column}")
        try:
            read[column] = t.columns[column].type.read(value, zone)
        except BadValue as e:
            raise BadValue(f"第{i}行“{t.columns[column].zh}”{e.zh}", f"row {i} {column}: {e.en}", f"{i}.{column}") from None
    return read


def _slots(t: FieldType, raw: object, _zone: tzinfo | None) -> Mapping[str, str]:
    if not isinstance(raw, Mapping):
        raise BadValue("应为各项资料的状态", "should be the states of the papers")
    return {slot: _paper(t, slot, kept) for slot, kept in raw.items()}


def _paper(t: FieldType, slot: object, kept: object) -> Any:
    """Read one paper: its state, or its state with a note."""
    state, note = (kept.get("state"), kept.get("note")) if isinstance(kept, Mapping) else (kept, None)
    if slot not in t.choices or state not in ("filled", "missing", "waived"):
        zh = f"“{slot}”的状态应为已有(filled)、缺(missing)或免(waived)" if slot in t.choices else f"没有“{slot}”这件资料"
        raise BadValue(zh, f"{slot}: should be filled, missing or waived" if slot in t.choices else f"there is no paper {slot!r}")
    return {"state": state, "note": _text(t, note, None)} if note else state


def _read_many(t: FieldType, raw: object, zone: tzinfo | None) -> tuple[Any, ...]:
    items = raw if isinstance(raw, list | tuple) else [raw]
    if len(items) > MAX_ROWS:
        raise BadValue(f"超过{MAX_ROWS}个", f"more than {MAX_ROWS} of them")
    return tuple(READERS[t.name](t, i, zone) for i in items)


READERS: Final = {
    "text": _text, "phone": _phone, "number": _number, "percent": _number, "money": _money, "date": _date,
    "datetime": _datetime, "span": _span, "yes_no": _yes_no, "choice": _choice, "many": _many, "rows": _rows,
    "slots": _slots, "evidence": _text, **dict.fromkeys(IDS, _id),
}  # fmt: skip


def _load_rows(t: FieldType, kept: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple({k: t.columns[k].type.load(v) for k, v in row.items() if k in t.columns} for row in kept)


KEPT_AS_IS: Final = frozenset({"text", "phone", "money", "yes_no", "choice", "evidence", "slots", *IDS})
LOADERS: Final = {
    "number": lambda t, k: Decimal(str(k)), "percent": lambda t, k: Decimal(str(k)), "date": lambda t, k: date.fromisoformat(k),
    "datetime": lambda t, k: datetime.fromisoformat(k), "span": lambda t, k: parse_span(k), "many": lambda t, k: tuple(k),
    "rows": _load_rows,
}  # fmt: skip


def money_zh(fen: int) -> str:
    """Return fen as Chinese readers write it in a sentence: 30元, 12.50元."""
    return f"{fen // 100}元" if fen % 100 == 0 else f"{Decimal(fen) / 100:.2f}元"


def show_zh(t: FieldType, value: Any) -> str:
    """Return a typed value in Chinese, for sentences and refusals."""
    if value is None:
        return "未填"
    if isinstance(value, bool):
        return "是" if value else "否"
    if t.name == "money":
        return money_zh(value)
    if t.name == "percent":
        return f"{value}%"
    if isinstance(value, Span):
        return value.zh()
    if isinstance(value, str) and value in t.choices:
        return t.choices[value].zh
    if isinstance(value, tuple):
        return "、".join(show_zh(t, v) for v in value)
    return str(value) + t.unit
