"""What somebody who wrote `10m`, `1,5h` or `３天` should have written instead."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from shouwen.worktime.errors import Words

_UNITS = "min|wh|wd|mo|h|d|w|y"
_EXAMPLES = Words(
    "请写数字加单位：15min（分钟）、2h（小时）、4wh（工作小时）、5wd（工作日）、7d（天）、2w（周）、3mo（月）、10y（年）。",
    "Write a number and a unit: 15min, 2h, 4wh (working hours), 5wd (working days), 7d, 2w, 3mo, 10y.",
)
_WORDS = {
    "min": "分钟 分 minute minutes mins",
    "h": "小时 个小时 钟头 个钟头 hour hours hr hrs",
    "wh": "工作小时 个工作小时 workinghour workinghours businesshours bh",
    "wd": "工作日 个工作日 workingday workingdays businessday businessdays workday workdays bd",
    "d": "天 日 自然日 个自然日 day days",
    "w": "周 星期 个星期 礼拜 个礼拜 week weeks wk wks",
    "mo": "月 个月 month months mon mth",
    "y": "年 year years yr yrs",
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九十")} | {"两": "2"}
_HALVES = {"半小时": "30min", "半个小时": "30min", "半个钟头": "30min", "半年": "6mo"}
_PARTS = re.compile(
    r"(\d{1,4}|[一二两三四五六七八九十]+)个?(?:小时|钟头|h)(?:零?(\d{1,2}|[一二三四五六七八九十]+)(?:分钟|分|min)|(半))"
)
_SMALLER = {"h": ("min", 60), "w": ("d", 7), "y": ("mo", 12)}


def meant(text: str) -> str:
    """Return the one spelling of what a person plainly meant; "" where it is not plain. For forms: packs are written strictly.

    >>> [meant(t) for t in ("2天", "两小时", "3 个工作日", "2 d", "十二个月", "1.5小时", "1小时30分", "半小时", "2", "10m", "明天")]
    ['2d', '2h', '3wd', '2d', '12mo', '90min', '90min', '30min', '', '', '']
    """
    bare = _bare(text).replace("个半小时", "小时半")
    if bare in _HALVES:
        return _HALVES[bare]
    parts = _PARTS.fullmatch(bare)
    if parts:
        hours, minutes = _number(parts[1]), 30 if parts[3] else _number(parts[2])
        return f"{hours * 60 + minutes}min" if hours and minutes else ""
    return _of_one_unit(bare)


def _of_one_unit(bare: str) -> str:
    told = re.fullmatch(r"\+?(\d{1,9}(?:\.\d{1,4})?|[零一二两三四五六七八九十]+)(\D+)", bare)
    unit = _UNIT_OF.get(told[2], told[2] if told[2] in _WORDS else "") if told else ""
    if told is None or not unit:
        return ""
    if "." not in told[1]:
        number = _number(told[1])
        return "" if number is None else f"{number}{unit}"
    smaller, size = _SMALLER.get(unit, ("", 0))
    amount = Decimal(told[1]) * size
    return f"{int(amount)}{smaller}" if smaller and amount == int(amount) else ""


def _number(text: str) -> int | None:
    """Return a whole number in digits, or in Chinese up to ninety-nine; None for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    tens = re.fullmatch(r"([一二两三四五六七八九]?)(十?)([一二两三四五六七八九]?)", text)
    if text == "零":
        return 0
    if tens is None or (tens[1] and tens[3] and not tens[2]):
        return None
    first, last = (int(_DIGITS[c]) if c else 0 for c in (tens[1], tens[3]))
    return (first or 1) * 10 + last if tens[2] else first or last


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def advice(text: str) -> Words:
    """Say what is wrong with the text and what to write; there is always an answer."""
    bare = _bare(text)
    near = _near(text, bare)
    if near:
        return near
    for ask in (_ambiguous, _worded, _fraction, _compound, _lacking):
        answer = ask(bare)
        if answer:
            return answer
    return _EXAMPLES


def _write(why: Words, spelled: str) -> Words:
    return Words(f"{why.zh}。请写 {spelled}。", f"{why.en}. Write {spelled}.")


def _near(text: str, bare: str) -> Words | None:
    """Right but for width, case, blanks, a plus or a leading zero."""
    right = re.fullmatch(rf"\+?0*(\d{{1,9}})({_UNITS})", bare, re.ASCII)
    if right is None:
        return None
    if any(unicodedata.category(char) == "Nd" and not char.isascii() for char in text):
        why = Words("数字是全角的", "the digits are full-width")
    elif not text.isascii():
        why = Words("字母是全角的", "the letters are full-width")
    elif text != text.lower():
        why = Words("单位须用小写", "the unit is written in small letters")
    elif re.search(r"\s", text):
        why = Words("中间和两端不留空格", "no blanks belong in it")
    else:
        why = Words("数字前不写加号和零", "no plus and no zero belong before the number")
    return _write(why, right[1] + right[2])


def _ambiguous(bare: str) -> Words | None:
    number = bare[:-1]
    if not bare.endswith("m") or not number.isdecimal():
        return None
    number = str(int(number))
    return Words(
        f"m 可能是分钟也可能是月。请写 {number}min 或 {number}mo。",
        f"m could be minutes or months. Write {number}min or {number}mo.",
    )


def _worded(bare: str) -> Words | None:
    """A Chinese or English word for the unit, a Chinese number, seconds, quarters, halves."""
    if bare in _HALVES:
        return _write(Words("须用整数和单位", "it needs a whole number and a unit"), _HALVES[bare])
    told = re.fullmatch(r"(\d{1,6}|[零一二两三四五六七八九十])(\D+)", bare)
    if told is None:
        return None
    number, unit = str(int(_DIGITS.get(told[1], told[1]))), told[2]
    if unit in {"s", "sec", "secs", "second", "seconds", "秒", "秒钟"}:
        return Words("最小的单位是分钟。请用 min。", "the smallest unit is the minute. Use min.")
    if unit in {"q", "quarter", "quarters", "季", "季度", "个季度"}:
        return _write(Words("季度按月写", "quarters are written in months"), f"{int(number) * 3}mo")
    if unit not in _UNIT_OF:
        return None
    return _write(Words("单位的写法不对", "the unit is not spelled so"), number + _UNIT_OF[unit])


def _fraction(bare: str) -> Words | None:
    split = re.fullmatch(rf"(\d{{1,6}})[.,。、](\d{{1,4}})({_UNITS})", bare)
    if split is None:
        return None
    whole, part, unit = split[1], split[2], split[3]
    why = Words("只用整数", "only whole numbers are used")
    if unit in _SMALLER:
        smaller, size = _SMALLER[unit]
        amount, rest = divmod((int(whole) * 10 ** len(part) + int(part)) * size, 10 ** len(part))
        if rest == 0:
            return _write(why, f"{amount}{smaller}")
    low, high = f"{int(whole)}{unit}", f"{int(whole) + 1}{unit}"
    return Words(f"{why.zh}。请写 {low} 或 {high}。", f"{why.en}. Write {low} or {high}.")


def _compound(bare: str) -> Words | None:
    parts = re.fullmatch(r"(\d{1,6})h(\d{1,6})(?:min|m)?", bare)
    if parts:
        return _write(Words("只用一个单位", "one unit is enough"), f"{int(parts[1]) * 60 + int(parts[2])}min")
    if re.fullmatch(rf"(?:\d+(?:{_UNITS})){{2,}}", bare):
        return Words("只能用一个单位。请换算成其中较小的单位。", "only one unit may be used. Convert it to the smaller one.")
    return None


def _lacking(bare: str) -> Words | None:
    if re.fullmatch(rf"[-−–]\d+(?:{_UNITS})?", bare):
        return Words("不能为负。" + _EXAMPLES.zh, "it cannot be negative. " + _EXAMPLES.en)
    if re.fullmatch(r"\d{1,6}", bare):
        number = str(int(bare))
        return Words(
            f"缺少单位。请写 {number}min、{number}h、{number}wd 或 {number}d。",
            f"the unit is missing. Write {number}min, {number}h, {number}wd or {number}d.",
        )
    if re.fullmatch(_UNITS, bare):
        return _write(Words("缺少数字", "the number is missing"), f"1{bare}")
    return None
