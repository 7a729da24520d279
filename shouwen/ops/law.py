"""`shouwen law …`: check, test, mutate, enact, rehearse and explain regulations. All but `enact` and `simulate` work on files alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from shouwen.base.trouble import Exit, Trouble
from shouwen.ops import explaining, law_telling, law_trial, new_pack, simulating
from shouwen.ops.cli import add_home
from shouwen.ops.family import settle_memory
from shouwen.ops.installation import load_django, open_installation
from shouwen.ops.shelf import folders, unread
from shouwen.ops.voice import Voice, spoken
from shouwen.policy.company import Company, company_in
from shouwen.policy.errors import Fault, PackError
from shouwen.policy.law import Law, load
from shouwen.policy.packs import Sources, read_sources
from shouwen.policy.scenario import scenarios_of
from shouwen.policy.schema import FILES
from shouwen.policy.source import SourceError


@dataclass(frozen=True, slots=True)
class Case:
    """What a sub-command works on: the files, the company's settings, and its voice."""

    sources: Sources
    company: Company
    say: Voice

    def law(self) -> Law:
        """Return the law compiled and checked. Raises PackError."""
        return load(self.sources, self.company)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands."""
    parser.add_argument("--lang", dest="spoken", choices=("zh", "en"), help="中文或英文 / Chinese or English")
    parts = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, (zh, en, _) in VERBS.items():
        part = parts.add_parser(name, help=f"{zh} / {en}", description=f"{zh} / {en}")
        part.add_argument("--lang", choices=("zh", "en"), default=spoken(), help="中文或英文 / Chinese or English")
        if name == "new":
            new_pack.add_arguments(part)
            continue
        if name == "schema":
            part.add_argument("file", nargs="?", choices=FILES, default="regulation")
        elif name == "explain":
            part.add_argument(
                "clauses",
                nargs="+",
                metavar="CLAUSE",
                help="property/repair#2.1, repair#2.1, 2.1; 事项号 / the number of a matter",
            )
            add_home(part)
            part.add_argument("--pack", action="append", default=[], help="制度包 / a pack; repeatable")
            part.add_argument("--act", default="", metavar="ACT", help="问这个动作现在准不准 / is this act refused now, and why")
            part.add_argument("--as", dest="user", default="", metavar="USER", help="由谁办,写用户名 / by whom: a user name")
        elif name != "reference":
            part.add_argument(
                "packs", nargs="*", metavar="PACK", help="包的名称或文件夹;不写为全部 / names or folders of packs; none: all"
            )
        part.add_argument("--company", type=Path, metavar="DIR", help="公司文件夹(company.yaml) / a company's folder")
        _more(name, part)


def _more(name: str, part: argparse.ArgumentParser) -> None:
    if name == "test":
        part.add_argument("--mutate", action="store_true", help="逐条试变体 / try every mutant of every clause")
        part.add_argument(
            "--only", action="append", default=[], metavar="REGULATION", help="只试这个制度 / this regulation only; repeatable"
        )
        part.add_argument(
            "--changed-since", metavar="REV", help="只试此版本之后改过的制度 / regulations changed since a git revision"
        )
        part.add_argument("--verbose", action="store_true", help="列出每个场景 / list every scenario")
    if name in ("coverage", "explain"):
        part.add_argument(
            "--catalogue", type=Path, required=name == "coverage", metavar="DIR", help="条目目录 / the catalogue's folder"
        )
    if name == "coverage":
        part.add_argument("--json", action="store_true", help="打印 JSON / print JSON")
        part.add_argument(
            "--system", action="append", default=[], metavar="NNN-NN", help="只看这个系统 / this system only; repeatable"
        )
    if name == "enact":
        part.add_argument(
            "--from", dest="start", type=datetime.fromisoformat, metavar="MOMENT", help="何时起执行 / from when it holds; now"
        )
        part.add_argument("--note", default="", help="说明 / a remark")
        part.add_argument(
            "--instead", action="store_true", help="换掉从同一时刻起的那次颁布 / replace the law that begins at the same moment"
        )
        add_home(part)
    if name == "simulate":
        simulating.add_arguments(part)
        add_home(part)


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; a broken pack is said line by line, with exit code 19."""
    settle_memory()
    args.lang = args.spoken or args.lang  # it may stand before the verb as well
    try:
        return VERBS[args.verb][2](args)
    except PackError as e:
        print(e.text(args.lang), file=sys.stderr)
    except SourceError as e:
        print(Fault(e.node.file, e.node.line, e.node.column, e.zh, e.en).text(args.lang), file=sys.stderr)
    return Exit.BROKEN_PACK


def _case(args: argparse.Namespace) -> Case:
    names = args.pack if args.verb == "explain" else args.packs
    shelf = folders(names)
    if faults := unread(shelf):
        raise PackError(faults)
    return Case(read_sources(shelf), _company(args.company, shelf if names else []), Voice(args.lang))


def _company(folder: Path | None, named: list[Path]) -> Company:
    """Return the company's settings: those of the folder said, else of the one folder among those named that has any."""
    found = [c for f in ([folder] if folder else named) if (c := company_in(f)) is not None]
    if folder and not found:
        raise Trouble(Exit.USAGE, f"{folder} 里没有 company.yaml。", f"There is no company.yaml in {folder}.")
    if len(found) > 1:
        raise Trouble(
            Exit.USAGE,
            "有几个公司文件夹，请用 --company 指明一个。",
            "Several folders have a company.yaml; say which with --company.",
        )
    return found[0] if found else Company()


def _check(args: argparse.Namespace) -> int:
    case = _case(args)
    law = case.law()
    scenarios_of(law, case.sources)
    return law_telling.check(law, case.say, date.today())  # noqa: DTZ011  a review is due by the day on the reader's wall


def _test(args: argparse.Namespace) -> int:
    case = _case(args)
    trial = law_trial.Trial(case.sources, case.company, case.say, args.only, args.changed_since)
    return trial.mutate() if args.mutate else trial.test(verbose=args.verbose)


def _coverage(args: argparse.Namespace) -> int:
    case = _case(args)
    return law_telling.coverage(case.sources, case.law(), args.catalogue, args.system, case.say, as_json=args.json)


def _explain(args: argparse.Namespace) -> int:
    matters = [n for n in args.clauses if explaining.is_matter(n)]
    if (args.act or args.user) and not (matters and args.act and args.user):
        raise Trouble(Exit.USAGE, "问不准的原因，请写事项号、--act 和 --as。", "A refusal wants a matter, --act and --as.")
    if matters and args.act:
        return explaining.refused(matters, args.act, args.user, Voice(args.lang))
    if matters:
        return explaining.explain(matters, Voice(args.lang))
    case = _case(args)
    return law_telling.explain(case.law(), args.clauses, args.catalogue, case.say)


def _sentences(args: argparse.Namespace) -> int:
    return law_telling.sentences(_case(args).law())


def _schema(args: argparse.Namespace) -> int:
    return law_telling.schema(args.file)


def _reference(_: argparse.Namespace) -> int:
    return law_telling.reference()


def _enact(args: argparse.Namespace) -> int:
    """Publish packs with a company's settings; nothing is enacted unless all of it is in order."""
    case = _case(args)
    case.law()
    open_installation()
    load_django()
    from django.utils import timezone  # noqa: PLC0415  needs Django loaded

    from shouwen.base.errors import Problem  # noqa: PLC0415  Django is loaded only now
    from shouwen.cases.enactments import enact, enact_instead, others_of_the_day  # noqa: PLC0415  Django is loaded only now

    now = timezone.now()
    start = args.start if args.start is None or args.start.tzinfo else timezone.make_aware(args.start)
    try:
        publish = enact_instead if args.instead else enact
        made = publish(case.sources, case.company.text, effective_from=start or now, now=now, note=args.note)
    except Problem as e:
        print(e.text(args.lang), file=sys.stderr)
        return Exit.BROKEN_PACK
    when = timezone.localtime(made.effective_from)
    print(
        case.say(
            f"已颁布：{made.digest[:12]}，自{when:%Y-%m-%d %H:%M}起执行。",
            f"Enacted: {made.digest[:12]}, from {when:%Y-%m-%d %H:%M} on.",
        )
    )
    for other in others_of_the_day(made):
        at = f"{timezone.localtime(other.effective_from):%H:%M}"
        zh = f"注意：同一天 {at} 起还有另一次颁布，各从自己的时刻起执行。"
        print(case.say(zh, f"Note: another law begins that day at {at}; each holds from its own moment on."), file=sys.stderr)
    return 0


def _simulate(args: argparse.Namespace) -> int:
    case = _case(args)
    return simulating.main(args, case.sources, case.company, case.say)


VERBS: dict[str, tuple[str, str, Callable[[argparse.Namespace], int]]] = {
    "new": ("新建一个小制度包", "begin a small pack", new_pack.main),
    "check": ("检查制度包,错误指到行和列", "check packs; faults with line and column", _check),
    "test": ("跑场景;--mutate 试变体", "run scenarios; --mutate tries mutants", _test),
    "coverage": ("条目由哪些条款承担", "which entries of a catalogue are carried, and how", _coverage),
    "explain": ("解释条款,或一件事项的每个时限、派定与记账", "explain clauses, or all that clauses did on a matter", _explain),
    "sentences": ("条款原话与生成的句子并排", "each clause's words beside the sentence made from it", _sentences),
    "schema": ("给编辑器用的 JSON Schema", "JSON Schema for editors", _schema),
    "reference": ("打印制度包语言手册(docs/pack-language.md)", "print the reference of the language", _reference),
    "enact": ("颁布", "enact", _enact),
    "simulate": ("在已发生的事上预演", "rehearse on what has happened", _simulate),
}  # fmt: skip
