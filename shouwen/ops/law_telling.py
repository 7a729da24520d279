"""What `shouwen law` tells: whether packs are in order, what a clause says and rests on, what of the catalogue is carried."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from shouwen.base.trouble import Exit, Trouble
from shouwen.cases.conditions_sql import unbounded
from shouwen.ops.voice import Voice
from shouwen.policy.conditions import Test
from shouwen.policy.coverage import Covered, Entry, citing, cover, read_catalogue, totals, waiting
from shouwen.policy.kinds.base import Clause
from shouwen.policy.law import Law
from shouwen.policy.measures import Measure
from shouwen.policy.packs import Sources
from shouwen.policy.reference import reference as reference_text
from shouwen.policy.scenario import Runner, read_scenarios
from shouwen.policy.schema import schema as schema_of

GRADES = {"executed": "系统执行", "attested": "由人确认", "said": "只作说明"}
REVIEWED = timedelta(days=366)


def check(law: Law, say: Voice, today: date) -> int:
    """Say that a law is in order, what the company still owes, and which regulations nobody has checked for a year."""
    for clause, parameter in law.undecided:
        print(
            say(
                f"? {clause} 的 {parameter} 由本公司设定,尚未设定",
                f"? {clause}: {parameter} is the company's to set and is not set",
            )
        )
    for name in (n for n, vs in law.versions.items() if vs and not vs[0].zh):
        print(say(f"? {name} 没有原话(zh)", f"? {name} has no words (zh)"))
    for name in (n for n, vs in law.versions.items() if vs and not (vs[0].source or vs[0].assumed or vs[0].grade == "said")):
        print(say(f"? {name} 没有写依据(source)或认定(assumed)", f"? {name} has neither a source nor what was assumed"))
    for measure, tests in unbounded(law):
        print(say(*_ever_more(measure, tests)))
    for regulation in law.regulations.values():
        reviewed = str(regulation.header.get("reviewed_on", ""))
        if reviewed and date.fromisoformat(reviewed) < today - REVIEWED:
            print(say(f"? {regulation.name} 上次核对于{reviewed}", f"? {regulation.name} was last checked on {reviewed}"))
    clauses = sum(1 for vs in law.versions.values() if vs)
    print(
        say(
            f"{len(law.regulations)}个制度,{clauses}条条款,没有错误",
            f"{len(law.regulations)} regulations, {clauses} clauses, no faults",
        )
    )
    return 0


def _ever_more(m: Measure, tests: list[Test]) -> tuple[str, str]:
    """Say of a measure that it reads ever more, and what would keep it from that."""
    said, names = "、".join(t.zh for t in tests), ", ".join(t.path.text for t in tests)
    because = f"条件“{said}”不能由数据库判断" if tests else "须按先后逐件看"
    why = f"the database cannot judge {names}" if tests else "it goes by the order of what was done"
    advice = "give it `over` (a window), count per customer or case, or ask for fields of the subject itself"
    return (
        f"? 计量 {m.id} 越用越慢:{because},每次都要读全部记录;请写 over(时间窗口)、按客户或事项计(per),或改用事项本身的字段",
        f"? measure {m.id} grows ever slower: {why}, so that everything is read each time; {advice}",
    )


def sentences(law: Law) -> int:
    """Print each clause version, its own words, and the sentence made from its parameters."""
    for versions in law.versions.values():
        for clause in versions:
            since = f" @{clause.since}" if clause.since else ""
            said = "(废止)" if clause.repealed else clause.sentence()
            print(f"{clause.name}{since}\n    {clause.zh}\n    {said}")
    return 0


def schema(file: str) -> int:
    """Print the JSON Schema of a kind of file."""
    print(json.dumps(schema_of(file), ensure_ascii=False, indent=1))
    return 0


def reference() -> int:
    """Print the reference of the language."""
    print(reference_text(), end="")
    return 0


# coverage


def coverage(sources: Sources, law: Law, folder: Path, systems: Iterable[str], say: Voice, *, as_json: bool) -> int:
    """Print what is known of each entry, and totals; return 1 when one has neither node nor reason, or an id is unknown."""
    catalogue = _catalogue(folder)
    found, (reasons, places) = list(citing(sources, law)), waiting(sources)
    runner = Runner(sources, law.company, law=law)
    results = [runner.run(s) for s in read_scenarios(sources)]
    covered = cover(catalogue, found, reasons, results, systems)
    if as_json:
        systems = {number: {"name": t.pop("system"), **t} for number, t in totals(covered).items()}
        print(json.dumps({"entries": [c.plain() for c in covered], "systems": systems}, ensure_ascii=False, indent=1))
    else:
        for c in covered:
            print(_line(c, say))
        _print_totals(covered, say)
    strange = [(c.entry, c.node) for c in found if c.entry not in catalogue] + [
        (n.text or "", n) for n in places if n.text not in catalogue
    ]
    for entry, node in strange:
        place = f"{node.file}:{node.line}:{node.column}"
        print(say(f"{place}: 目录里没有条目“{entry}”", f"{place}: the catalogue has no entry {entry!r}"), file=sys.stderr)
    bare = [c.entry.id for c in covered if not c.grade and not c.reason]
    for entry in bare:
        print(
            say(f"条目 {entry} 没有条款承担,也没有写原因", f"entry {entry} is carried by nothing, and no reason is given"),
            file=sys.stderr,
        )
    return 1 if strange or bare else 0


def _catalogue(folder: Path) -> dict[str, Entry]:
    found = read_catalogue(folder) if folder.is_dir() else {}
    if not found:
        raise Trouble(Exit.USAGE, f"{folder} 里没有条目目录。", f"There is no catalogue in {folder}.")
    return found


def _line(c: Covered, say: Voice) -> str:
    if not c.grade:
        state = say("等待", "waits") if c.reason else say("无", "none")
        return f"{c.entry.id}  {state}  {say(c.reason.get('zh', ''), c.reason.get('en', ''))}"
    return f"{c.entry.id}  {say(GRADES[c.grade], c.grade)}  {c.scenarios}  {' '.join(c.nodes)}"


def _print_totals(covered: list[Covered], say: Voice) -> None:
    for number, t in totals(covered).items():
        zh = f"{t['entries']}条:执行{t['executed']}、确认{t['attested']}、说明{t['said']}、等待{t['waiting']}、无{t['open']}"
        carried = ", ".join(f"{t[k]} {k}" for k in ("executed", "attested", "said", "waiting", "open"))
        en = f"{t['entries']} entries: {carried}"
        print(f"{number} {t['system']}  {say(zh, en)}")


# explain


def explain(law: Law, names: Iterable[str], folder: Path | None, say: Voice) -> int:
    """Print all that is known of some clauses: words, versions, grade, source, what was assumed, the company's value."""
    catalogue = _catalogue(folder) if folder is not None else {}
    for name in names:
        for line in _explained(law, _find(law, name), catalogue, say):
            print(line)
    return 0


def _find(law: Law, name: str) -> list[Clause]:
    found = [n for n in law.versions if n == name or n.endswith((f"/{name}", f"#{name}"))]
    if len(found) == 1:
        return law.versions[found[0]]
    if found:
        raise Trouble(Exit.USAGE, f"“{name}”有几条：{'、'.join(found)}。", f"{name!r} means several clauses: {', '.join(found)}.")
    raise Trouble(Exit.USAGE, f"没有条款“{name}”。", f"There is no clause {name!r}.")


def _explained(law: Law, versions: list[Clause], catalogue: Mapping[str, Entry], say: Voice) -> Iterable[str]:
    first = versions[0]
    node = first.node
    yield f"{first.name}  ({node.file}:{node.line})"
    yield f"  {say(first.zh, first.en or first.zh)}"
    yield say(f"  执行方式:{GRADES[first.grade]}({first.kind_word})", f"  carried: {first.grade} ({first.kind_word})")
    for clause in versions:
        since = str(clause.since) if clause.since else say("起初", "at first")
        yield f"  {since}: {say('废止', 'repealed') if clause.repealed else clause.sentence()}"
    if first.overrides:
        yield say(f"  是{first.overrides}的例外", f"  an exception of {first.overrides}")
    for entry in first.source:
        told = catalogue.get(entry)
        yield f"  {say('依据', 'source')} {entry}" + (f"  {told.system}: {say(told.zh, told.en)}" if told is not None else "")
    if first.assumed:
        yield say("  本公司认定:", "  assumed: ") + "; ".join(
            f"{k}: {v}" if k != "zh" else v for k, v in first.assumed.items() if k != "en"
        )
    yield from _company_values(law, first, versions[-1], say)


def _company_values(law: Law, first: Clause, last: Clause, say: Voice) -> Iterable[str]:
    told = law.company.values.get(first.name)
    for key, value in told.entries() if told is not None else ():
        yield say(f"  本公司设定 {key}: {value.plain()}", f"  the company's value of {key}: {value.plain()}")
    for parameter in last.undecided:
        yield say(f"  本公司尚未设定:{parameter}", f"  not yet set by the company: {parameter}")
