"""Who: a closed list of person words, resolved as of the moment the fact happened. Used alike by every kind.

Bare words: responsible, first_asked, actor, customer, subject, anyone, or a declared post or person. Mappings:
`{post: repairer, of: field house.area}` · `{did: finish}` · `{not_did: …}` · `{decided: act}` · `{field: house.responsible}` ·
`{head_of: unit}` · `{superior_of: responsible}` · `{on_duty: receptionist}` · `{custodian_of: field}`; each may have `else`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shouwen.policy.env import Env
from shouwen.policy.paths import Names, Path
from shouwen.policy.source import Node, scalar

WORDS_ZH = {
    "responsible": "责任人", "first_asked": "首问人", "actor": "经办人", "requester": "申请人", "customer": "客户", "subject": "本人",
    "anyone": "任何人",
}  # fmt: skip
WORDS_EN = {
    "responsible": "the person responsible", "first_asked": "the person asked first", "actor": "whoever does it",
    "requester": "whoever asked for it", "customer": "the customer", "subject": "the person concerned", "anyone": "anybody",
}  # fmt: skip
KEYS = ("post", "of", "did", "not_did", "decided", "field", "head_of", "superior_of", "on_duty", "deputy_of", "else")
Resolve = Callable[[Env], "tuple[int, ...] | None"]  # None: unknown, because a fact it rests on is not there


@dataclass(frozen=True, slots=True)
class Who:
    """A checked person word. `post` is set when it means whoever holds a post: work then goes to the post, not to one person."""

    zh: str
    resolve: Resolve
    kind: str = "staff"  # staff or customer
    post: str = ""
    word: str = ""
    unit: Callable[[Env], int | None] | None = None  # None: the unit is not known
    other: Who | None = None
    node: Node | None = None
    reads: tuple[Path, ...] = ()  # the names it rests on
    en: str = ""
    has: Callable[[int, Env], bool] | None = None  # whether somebody is meant, where that can be said without naming all

    def people(self, env: Env) -> tuple[int, ...]:
        """Return the persons meant, as of the act's moment; those of `else` when there is none."""
        found = self.resolve(env)
        if not found and self.other is not None:
            return self.other.people(env)
        return found or ()

    def unknown(self, env: Env) -> bool:
        """Whether it cannot be said who is meant, because a fact is missing."""
        return self.resolve(env) is None and (self.other is None or self.other.unknown(env))

    def lacks(self, env: Env) -> tuple[str, ...]:
        """Return the facts that are missing to say who is meant; none when it can be said."""
        if not self.unknown(env):
            return ()
        return tuple(p.text for p in self.reads if p.get(env) is None) or ("who",)

    def elsewhere(self, env: Env, staff: int = 0) -> tuple[str, tuple[str, ...]] | None:
        """Return the unit whose post is meant, and the units it is held in (by somebody), where nobody (or not they) holds it here."""
        unit = self.unit(env) if self.post and self.unit is not None else None
        here = env.facts.org.units.get(unit) if unit else None
        if here is None or (self.includes(staff, env) if staff else self.people(env)):
            return None
        found = env.facts.org.where_held(self.post, env.at, staff)
        return (here.name, found) if found else None

    def names(self) -> tuple[Path, ...]:
        """Return the names it rests on, those of `else` included."""
        return (*self.reads, *(self.other.names() if self.other is not None else ()))

    def includes(self, person: int, env: Env) -> bool:
        """Whether somebody is one of those meant (a post counts in its unit and the units below)."""
        if self.word == "anyone":
            return True
        if self.has is None:
            return person in self.people(env)
        return self.has(person, env) or (self.other is not None and person in self.people(env))

    def allows(self, person: int, env: Env) -> bool:
        """Whether somebody may do what those meant may: one of them, or the deputy of whoever holds the post and is away.

        A deputy does the work of the post. Whatever is asked of one person (本人, who did it, a field) nobody does for them; that
        goes by words of its own (`deputy_of`).
        """
        if self.includes(person, env):
            return True
        return bool(self.post) and any(self.includes(p, env) for p in env.facts.org.stood_in_for(person, env.at))


class WhoReader:
    """Reads person words against the posts and persons of the loaded packs."""

    def __init__(self, names: Names, persons: Mapping[str, Node]) -> None:
        self.names, self.persons, self.reader = names, persons, names.reader
        self.reading: list[str] = []  # declared persons that are being read: one that comes back to itself is nobody

    def who(self, node: Node) -> Who:
        """Read one person word."""
        if node.text is not None:
            return self._word(node, node.text)
        pairs = self.reader.mapping(node)
        self.reader.known(node, KEYS, "人员")
        other = self.who(pairs["else"]) if "else" in pairs else None
        for key in ("post", "on_duty", "did", "not_did", "decided", "field", "head_of", "superior_of", "deputy_of"):
            if key in pairs:
                found: Who = getattr(self, f"_{key}")(pairs[key], pairs.get("of"))
                zh = f"{found.zh}(没有则{other.zh})" if other else found.zh
                en = f"{found.en} (else {other.en})" if other else found.en
                return replace(found, zh=zh, en=en, other=other, node=node)
        self.reader.fault(
            node,
            "没有写明是谁;可用 post、field、did、head_of、superior_of、on_duty 等",
            "it does not say who; use post, field, did, head_of, superior_of, on_duty …",
        )
        return Who("", _nobody)

    def many(self, node: Node) -> tuple[Who, ...]:
        """Read one person word or a list of them."""
        return tuple(self.who(n) for n in self.reader.listing(node))

    def _word(self, node: Node, text: str) -> Who:
        if text in WORDS_ZH:
            kind = "customer" if text == "customer" else "staff"
            return Who(WORDS_ZH[text], RESOLVE[text], kind, word=text, node=node, en=WORDS_EN[text])
        if text in self.persons:
            return self._declared(node, text)
        if text in self.names.posts:
            return self._post(node, None)
        if text.startswith("field "):
            return self._field(scalar(text.removeprefix("field ").strip(), node), None)
        noun = self.names.noun
        if noun is not None and text in noun.fields and noun.fields[text].type.name in ("staff", "customer"):
            own = f"{{field: {text}}}"
            self.reader.fault(node, f"“{text}”是字段,所填的人写 {own}", f"{text!r} is a field; for whoever is in it write {own}")
            return Who(text, _nobody)
        zh, en = "没有这个岗位或人员(岗位在 posts 里声明):", "there is no such post or person (posts are declared under `posts`)"
        self.reader.unknown(node, text, {**WORDS_ZH, **self.persons, **self.names.posts}, zh, en)
        return Who(text, _nobody)

    def _declared(self, node: Node, name: str) -> Who:
        declared = self.persons[name]
        if name in self.reading:
            ring = " → ".join([*self.reading, name])
            self.reader.fault(declared, f"人员词互相引用:{ring}", f"these persons are declared by each other: {ring}")
            return Who(name, _nobody)
        self.reading.append(name)
        inner = self.who(declared.get("is") or declared)
        self.reading.pop()
        return replace(
            inner, zh=self.reader.text(declared.get("zh"), name), en=self.reader.text(declared.get("en"), name), node=node
        )

    def _post(self, node: Node, of: Node | None) -> Who:
        post = self.reader.text(node)
        if post not in self.names.posts:
            self.reader.unknown(node, post, self.names.posts, "没有这个岗位", "there is no post")
            return Who(post, _nobody)
        unit, where, reads = self._unit(of)
        anywhere = of is not None and of.text == "any"
        zh = f"{where}{self.names.posts[post].zh}{'(不论部门)' if anywhere else ''}"

        def holders(env: Env) -> tuple[int, ...] | None:
            place = unit(env)
            return None if place is None else env.facts.org.holders(post, place, env.at)

        def holds(person: int, env: Env) -> bool:
            place = unit(env)
            return place is not None and env.facts.org.holds(person, post, place, env.at)

        en = f"{self.names.posts[post].en or self.names.posts[post].zh}{' of any unit' if anywhere else _of(self.names, reads)}"
        return Who(zh, holders, post=post, unit=unit, node=node, reads=reads, en=en, has=holds)

    def _unit(self, of: Node | None) -> tuple[Callable[[Env], int | None], str, tuple[Path, ...]]:
        if of is None or self.reader.text(of) == "unit":
            return (lambda e: e.facts.unit), "", ()
        text = self.reader.text(of).removeprefix("field ").strip()
        path = None if text == "any" else self.names.path(of, text)
        if path is None:
            return _no_unit, "", ()
        if path.type.name == "staff":
            return (lambda e: _unit_of(e, path.get(e))), f"{_whole(path.zh)}所在部门的", (path,)
        return path.get, f"{_whole(path.zh)}的", (path,)

    def _field(self, node: Node, _: Node | None) -> Who:
        text = self.reader.text(node)
        path = self.names.path(node, text)
        if path is None:
            return Who(text, _nobody)
        if path.type.name not in ("staff", "customer", "posts"):
            self.reader.fault(node, f"“{path.zh}”不是人员或客户字段", f"{text} is no field of staff or customer")
        kind = "customer" if path.type.name == "customer" else "staff"
        return Who(path.zh, _of_field(path), kind, node=node, reads=(path,), en=self.names.english(path))

    def _did(self, node: Node, _: Node | None) -> Who:
        return self._doers(node, self.reader.text(node), "的人")

    def _decided(self, node: Node, _: Node | None) -> Who:
        text = self.reader.text(node)
        found = self._doers(node, text, "的人", mark="approved:")
        return Who(f"批准{found.zh}", found.resolve, node=node, en=found.en.replace("did", "approved", 1))

    def _not_did(self, node: Node, _: Node | None) -> Who:
        did = self._doers(node, self.reader.text(node), "的人")

        def others(env: Env) -> tuple[int, ...]:
            return tuple(s for s in env.facts.org.staff if s not in (did.resolve(env) or ()))

        return Who(f"未{did.zh}", others, node=node, en=did.en.replace("did", "did not do", 1))

    def _doers(self, node: Node, text: str, ending: str, mark: str = "") -> Who:
        noun_id, _, act = text.rpartition(".")
        noun = self.names.nouns.get(noun_id) if noun_id else self.names.noun
        if noun is None or act not in noun.acts:
            known = [f"{n.id}.{a}" for n in self.names.nouns.values() for a in n.acts if not n.acts[a].built_in]
            self.reader.unknown(
                node,
                text,
                list(self.names.noun.acts) if self.names.noun and not noun_id else known,
                "没有这个动作",
                "there is no act",
            )
            return Who(text, _nobody)
        zh = f"{noun.zh if noun_id else ''}{noun.acts[act].zh}{ending}"
        return Who(zh, _doers_of(noun_id, mark + act), node=node, en=f"whoever did {noun.acts[act].en or act}")

    def _head_of(self, node: Node, _: Node | None) -> Who:
        unit, where, reads = self._unit(node)

        def head(env: Env) -> tuple[int, ...] | None:
            place = unit(env)
            return None if place is None else _one(env.facts.org.head_of(place))

        return Who(
            f"{where or '所在部门'}负责人", head, node=node, reads=reads, en=f"the head of the unit{_of(self.names, reads)}"
        )

    def _superior_of(self, node: Node, _: Node | None) -> Who:
        inner = self.who(node)

        def superiors(env: Env) -> tuple[int, ...] | None:
            return None if inner.unknown(env) else tuple(s for p in inner.people(env) if (s := env.facts.org.superior_of(p)))

        return Who(f"{_whole(inner.zh)}的上级", superiors, node=node, reads=inner.names(), en=f"the superior of {inner.en}")

    def _deputy_of(self, node: Node, _: Node | None) -> Who:
        inner = self.who(node)

        def deputies(env: Env) -> tuple[int, ...] | None:
            return None if inner.unknown(env) else tuple(env.facts.org.stands_in(p, env.at) for p in inner.people(env))

        return Who(f"{inner.zh}或其代理人", deputies, node=node, reads=inner.names(), en=f"{inner.en} or their deputy")

    def _on_duty(self, node: Node, of: Node | None) -> Who:
        found = self._post(node, of)
        unit = found.unit or _no_unit

        def on_duty(env: Env) -> tuple[int, ...] | None:
            place = unit(env)
            return None if place is None else env.facts.org.on_duty(found.post, place, env.at)

        en = f"{found.en} on duty"
        return Who(f"当班的{found.zh}", on_duty, post=found.post, unit=unit, node=node, reads=found.reads, en=en)


def _whole(zh: str) -> str:
    """Return a name before another 的: 房屋的片区 is said 房屋片区 there."""
    return zh.replace("的", "") if zh.count("的") == 1 and not zh.endswith("的人") else zh


def _of(names: Names, reads: tuple[Path, ...]) -> str:
    return f" of {names.english(reads[0])}" if reads else ""


def _nobody(_: Env) -> tuple[int, ...]:
    return ()


def of_any_unit(who: Who) -> bool:
    """Whether a post is meant in whatever unit it is held."""
    return who.unit is _no_unit


def _no_unit(_: Env) -> int | None:
    return 0


def _one(person: int) -> tuple[int, ...]:
    return (person,) if person else ()


def _unit_of(env: Env, person: Any) -> int | None:
    staff = env.facts.org.staff.get(person)
    return staff.unit if staff else None


def _of_field(path: Path) -> Resolve:
    def resolve(env: Env) -> tuple[int, ...] | None:
        value = path.get(env)
        if value is None:
            return None
        return tuple(value) if isinstance(value, tuple) else (value,)

    return resolve


def _doers_of(noun: str, act: str) -> Resolve:
    """Who did an act: of this subject, or of the linked cases of a procedure."""

    def resolve(env: Env) -> tuple[int, ...] | None:
        found: list[int] = []
        known = not noun or noun == env.noun.id
        if not noun or noun == env.noun.id:
            mark = env.facts.marks.get(act)
            found.extend(mark.by if mark else ())
        if noun:
            for name, case in env.facts.linked.items():
                if name in env.noun.fields and noun not in env.noun.fields[name].type.nouns:
                    continue
                known = True
                mark = case.marks.get(act)
                found.extend(mark.by if mark else ())
        return tuple(dict.fromkeys(p for p in found if p)) if known else None

    return resolve


RESOLVE: dict[str, Resolve] = {
    "responsible": lambda e: _one(e.chosen.get("responsible") or e.facts.responsible),
    "first_asked": lambda e: _one(e.facts.first_asked),
    "actor": lambda e: _one(e.act.by),
    "requester": lambda e: _one(e.act.by),
    "customer": lambda e: _one(e.facts.customer),
    "subject": lambda e: _one(e.act.subject.id),
    "anyone": lambda e: tuple(e.facts.org.staff),
}
