"""`law test`: scenarios, scenarios asked again on later days, and mutants. Prints as it goes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from statistics import median

from shouwen.base.progress import QUIET_FOR
from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.shelf import SHELF
from shouwen.ops.voice import Voice
from shouwen.policy.company import Company
from shouwen.policy.equivalents import MOST, judge, read_equivalents
from shouwen.policy.errors import Faults
from shouwen.policy.mutation import LOADER, Mutator, Outcome
from shouwen.policy.packs import ENDINGS, Sources
from shouwen.policy.reasking import ask_again
from shouwen.policy.scenario import Result, Runner, Scenario, scenarios_of


class Trial:
    """What is tested: the regulations asked for, their scenarios, and the law they run under. Raises PackError."""

    def __init__(self, sources: Sources, company: Company, say: Voice, only: Iterable[str], since: str | None) -> None:
        self.sources, self.say = sources, say
        self.runner = Runner(sources, company)
        self.law = self.runner.law({})
        self.scenarios = scenarios_of(self.law, sources)
        self.regulations = self._asked(list(only), since)

    def _asked(self, only: list[str], since: str | None) -> list[str]:
        known = list(self.law.regulations)
        for name in only:
            if not any(_means(name, k) for k in known):
                raise Trouble(
                    Exit.USAGE,
                    f"没有制度“{name}”；有：{'、'.join(known)}。",
                    f"There is no regulation {name!r}; there are {', '.join(known)}.",
                )
        found = [k for k in known if not only or any(_means(n, k) for n in only)]
        if since is None:
            return found
        changed = changed_since(since)
        return [k for k in found if _changed(self.law.regulations[k].file, changed)]

    # scenarios

    def test(self, *, verbose: bool) -> int:
        """Run the scenarios; return 1 when one fails, or has no answer on a later day."""
        begin, results, spent, troubles = time.perf_counter(), [], [], 0
        progress = Progress(self.say)
        asked = [s for s in self.scenarios if s.regulation in self.regulations]
        for i, scenario in enumerate(asked, 1):
            start = time.perf_counter()
            result = self.runner.run(scenario)
            spent.append((time.perf_counter() - start) * 1000)
            results.append(result)
            self._print(result, spent[-1], verbose=verbose)
            troubles += self._again(scenario)
            progress(f"场景 {i}/{len(asked)}", f"scenario {i}/{len(asked)}")
        failed = sum(1 for r in results if r.wrong)
        self._untested(results)
        took = time.perf_counter() - begin
        ms = f"{median(spent):.1f}" if spent else "0"
        print(self.say(
            f"{len(asked)}个场景,{failed}个不符;以后各日再问,{troubles}处没有答案;每个中位数{ms}毫秒,共{took:.1f}秒",
            f"{len(asked)} scenarios, {failed} failed; asked again on later days, {troubles} troubles; "
            f"median {ms} ms each, {took:.1f} s in all",
        ))  # fmt: skip
        if not self.scenarios:
            print(self.say(
                "一个场景也没有:场景写在 制度名.scenarios.yaml 里", "There is not one scenario: they are written in REGULATION.scenarios.yaml"
            ))  # fmt: skip
        return 1 if failed or troubles or not self.scenarios else 0

    def _print(self, result: Result, ms: float, *, verbose: bool) -> None:
        scenario = result.scenario
        if result.wrong:
            print(f"✗ {scenario.file}:{scenario.node.line} {scenario.title}")
            for fault in result.wrong:
                print(f"    {fault.text(self.say.lang)}")
        elif verbose:
            print(f"✓ {ms:6.1f} ms  {scenario.regulation}  {scenario.title}")

    def _again(self, scenario: Scenario) -> int:
        found = list(ask_again(self.runner, scenario))
        for t in found:
            print(f"✗ {scenario.file}:{scenario.node.line} {scenario.title} @ {t.day}: {self.say(t.zh, t.en)}")
        return len(found)

    def _untested(self, results: list[Result]) -> None:
        """Print the clauses that do something and that no scenario names or cites."""
        seen = {c for r in results for c in (*r.scenario.tested, *r.cited)}
        for name, versions in self.law.versions.items():
            if (
                versions
                and versions[0].regulation.name in self.regulations
                and name not in seen
                and versions[0].rules
                and versions[0].grade != "said"
            ):
                print(
                    self.say(f"? 没有场景:{name} {versions[0].zh}", f"? no scenario: {name} {versions[0].en or versions[0].zh}")
                )

    # mutants

    def mutate(self) -> int:
        """Try every mutant; return 1 when nobody notices one of an executed clause, or a list of equivalent ones is wrong."""
        begin = time.perf_counter()
        mutator = Mutator(self.runner, self.scenarios)
        failing = [r for name in self.regulations for r in mutator.failing(name)]
        for r in failing:
            self._print(r, 0, verbose=False)
        if failing:
            print(self.say("场景本身不符,先改好再试变体", "scenarios fail as it is; mend them before trying mutants"))
            return 1
        outcomes = list(self._outcomes(mutator))
        listed, faults = read_equivalents(self.sources), Faults()
        survived = judge(listed, outcomes, faults)
        self._equivalents(len(listed), mutator, faults)
        for o in survived:
            print(f"✗ {o.mutant.clause}  {o.mutant.name}  [{o.mutant.grade}]")
        for fault in faults.found:
            print(fault.text(self.say.lang))
        return self._sum_up(outcomes, survived, faults, time.perf_counter() - begin)

    def _outcomes(self, mutator: Mutator) -> Iterator[Outcome]:
        progress, done, every = Progress(self.say), 0, mutator.everything(self.regulations)
        for i, name in enumerate(every, 1):
            for mutant in mutator.mutants(name):
                done += 1
                yield mutator.outcome(mutant)
                progress(f"{i}/{len(every)} {name},{done}个变体", f"{i}/{len(every)} {name}, {done} mutants")

    def _equivalents(self, listed: int, mutator: Mutator, faults: Faults) -> None:
        """Hold the limit on equivalent mutants when whole packs are tried; one regulation alone is too few to say."""
        if len(self.regulations) < len(self.law.regulations) or not listed:
            return
        made = sum(1 for name in mutator.everything(self.regulations) for _ in mutator.mutants(name))
        if listed * 100 > made * MOST:
            first = next(iter(read_equivalents(self.sources).values()))
            faults.add(
                first.node,
                f"列为等价的变体有{listed}个,超过{made}个的{MOST}%",
                f"{listed} mutants are listed as equivalent, more than {MOST}% of {made}",
            )

    def _sum_up(self, outcomes: list[Outcome], survived: list[Outcome], faults: Faults, took: float) -> int:
        loader = sum(1 for o in outcomes if o.noticed == LOADER)
        played = sum(1 for o in outcomes if o.noticed) - loader
        rate = len(outcomes) / max(took, 1e-9)
        executed = sum(1 for o in survived if o.mutant.grade == "executed")
        equivalent = len(outcomes) - played - loader - len(survived)
        print(self.say(
            f"{len(outcomes)}个变体:场景发现{played}个,装载时发现{loader}个,列为等价{equivalent}个,"
            f"没人发现{len(survived)}个(其中系统执行的条款{executed}个);{took:.1f}秒,每秒{rate:.0f}个",
            f"{len(outcomes)} mutants: {played} noticed by scenarios, {loader} by the loader, {equivalent} equivalent, "
            f"{len(survived)} by nobody ({executed} of executed clauses); {took:.1f} s, {rate:.0f} a second",
        ))  # fmt: skip
        return 1 if executed or faults.found else 0


class Progress:
    """A line on the error stream, from the second second on, at most every two seconds."""

    def __init__(self, say: Voice) -> None:
        self.say, self.next = say, time.monotonic() + QUIET_FOR

    def __call__(self, zh: str, en: str) -> None:
        """Say how far it is, if it is time."""
        if time.monotonic() >= self.next:
            print(self.say(zh, en), file=sys.stderr, flush=True)
            self.next = time.monotonic() + QUIET_FOR


def changed_since(revision: str) -> list[str]:
    """Return the pack files that differ from a git revision, new ones included, as `pack/file.yaml`. Raises Trouble."""
    shelf = str(SHELF)
    found: list[str] = []
    for command in (
        ["git", "diff", "--name-only", revision, "--", "."],
        ["git", "ls-files", "--others", "--exclude-standard", "."],
    ):
        ran = subprocess.run(command, cwd=shelf, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Trouble(Exit.USAGE, f"git 不认得“{revision}”。", f"git does not know “{revision}”: {ran.stderr.strip()}")
        found.extend("/".join(line.split("/")[-2:]) for line in ran.stdout.splitlines())
    return found


def _changed(file: str, changed: list[str]) -> bool:
    """Whether a regulation's file, its scenarios or mutants, or its pack's own file changed."""
    stem, pack = file.removesuffix(".yaml"), file.partition("/")[0]
    return any(c == f"{pack}/pack.yaml" or c in {stem + ending for ending in ENDINGS} for c in changed)


def _means(name: str, regulation: str) -> bool:
    return name in (regulation, regulation.partition("/")[2], regulation.partition("/")[0])
