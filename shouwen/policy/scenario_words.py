"""The words of scenarios, for the reference and the schema: what stands on the stage, what happens, what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shouwen.policy.words import TEXT, TEXTS, Word, ref

PEOPLE: Final = {"type": "object"}
ANY: Final = {"type": "object", "additionalProperties": TEXT}
LIST: Final = {"type": "array"}

FILE: Final[Mapping[str, Word]] = {
    "regulation": Word("说的是哪个制度", "the regulation they are about", TEXT, ("repair",)),
    "given": Word("各场景共用的舞台", "what all its scenarios start from", ref("given")),
    "scenarios": Word("场景", "the scenarios", {"type": "array", "items": ref("scenario")}),
    "later": Word("写好了、但系统还做不到的场景,写明等什么(because);不跑",
        "scenarios of what is not there yet, each with `because`; not run", {"type": "array"}),
}  # fmt: skip

SCENARIO: Final[Mapping[str, Word]] = {
    "title": Word("一句话:这个例子说明什么", "a sentence: what the example shows"),
    "tests": Word("说明哪几条条款", "the clauses it is about", TEXTS, ('["2.1", "2.2"]',)),
    "given": Word("在共用的舞台上再加什么;同名的盖住", "what it adds to the shared stage, name by name", ref("given")),
    "steps": Word("依次发生的事", "what happens, in order", {"type": "array", "items": ref("step")}),
    "expect": Word("最后一步之后应当如何", "what holds after the last step", ref("expect")),
}  # fmt: skip

GIVEN: Final[Mapping[str, Word]] = {
    "units": Word("部门:名字: {parent, head, calendar};没有 parent 的是最上一级,任职在那里的人看得到全部",
        "units: name: {parent, head, calendar}; one without a parent is the top, whoever is posted there reads everything", PEOPLE),
    "staff": Word(
        "人员:名字: {post, of, superior, skills, absent, deputy, duty, everywhere}",
        "staff: name: {post, of, superior, skills, absent, deputy, duty, everywhere}", PEOPLE,
        ("{sun: {post: repairer, of: E}}",)),
    "customers": Word("客户:名字: 档案字段", "customers: name: fields of the file", PEOPLE),
    "records": Word("台账:{台账: {名字: 字段, granted}}", "records: {register: {name: fields, granted}}", PEOPLE,
        ("{house: {H1: {granted: {vacancy: {from: \"2026-03-01 00:00\", until: \"2026-06-01 00:00\"}}}}}",)),
    "cases": Word(
        "已有的事项:名字: {of, step, opened, by, …字段, did, running, parent, granted}",
        "cases there are: name: {of, step, opened, by, … fields, did, running, parent, granted}", PEOPLE),
    "values": Word("公司对某条的设定", "the company's values of clauses", PEOPLE, ('{"2.1": {within: 30min}}',)),
    "facts": Word("系统外的事实;有时限的写 {value, at}", "facts from outside; those with an age limit as {value, at}", PEOPLE),
    "entries": Word("账簿里已有的记录:名字: {book, who, amount, at, of, clause, step}",
        "entries there are: name: {book, who, amount, at, of, clause, step}", PEOPLE),
    "measures": Word("直接给出计量的值,不演出来", "measures stated instead of played", PEOPLE),
}  # fmt: skip

STEP: Final[Mapping[str, Word]] = {
    "at": Word("何时发生;只写 at 就是让时钟走到那一刻",
        "when it happens; alone it lets the clock run to then", TEXT, ('"2026-03-02 09:00"',)),
    "by": Word("谁做的;系统自己做的写 clock;客户、外单位自己答问卷的写客户、台账里的名字",
        "who does it; `clock` for what the system does itself; a customer, or the record of an outside party, who answers a questionnaire"),
    "act": Word("哪个动作;确认告知写 acknowledge,clause 写是哪一条", "which act; `acknowledge` confirms what `clause` told"),
    "of": Word("对哪件事项(open 时写流程);call_back 是最新的一件,call_back of R1 是指向 R1 的,plan of li 是归 li 的",
        "of which case (of a procedure when it opens); `call_back`: the newest, `call_back of R1`: pointing to R1, `plan of li`: li's"),
    "as": Word("给新事项起的名字", "the name of a new case"),
    "with": Word("带来的字段值", "the fields it brings", {"type": "object"}),
    "evidence": Word("凭据", "evidence", ref("evidence")),
    "ticks": Word("勾选:条款编号为全勾,编号.标识为其中一项", "ticks: a clause's number for all, number.item for one", TEXTS),
    "reason": Word("说明的理由", "the reason given"),
    "row": Word("哪个待办", "which task"),
    "clause": Word("哪一条的时限或审批", "the clause whose deadline or approval is meant"),
    "entered": Word("何时录入(与发生不同时)", "when it was entered, if not at once"),
    "expect": Word("这一步应当如何", "what is expected of this step", ref("expect")),
}  # fmt: skip

EXPECT: Final[Mapping[str, Word]] = {
    "allowed": Word("yes 做成,no 被拒绝,waits 待批准",
        "yes, no, or waits for approval", {"enum": ["yes", "no", "waits", "allowed", "refused", "waiting", True, False]}),
    "refused": Word("被哪几条拒绝(形状上的拒绝写其代号)", "the clauses that refuse it (the code where its shape does)", TEXTS),
    "warned": Word("被哪几条提醒", "the clauses that warn", TEXTS),
    "missing": Word("缺什么", "what is missing", TEXTS),
    "unknown": Word("哪些事实不知道", "the facts nobody knows", TEXTS),
    "kept": Word("哪几条时限守住了", "deadlines kept", TEXTS),
    "late": Word("哪几条时限迟了才办成", "deadlines met late", TEXTS),
    "withdrawn": Word("哪几条时限撤回了", "deadlines withdrawn", TEXTS),
    "breached": Word("哪几条被违反", "clauses breached", TEXTS),
    "due": Word("各条时限何时到期;none 没有,paused 暂停;X.2.1 只看事项 X 的",
        "when deadlines fall due; none, paused; X.2.1: that of the case X alone", ANY, ('{"2.1": "2026-03-02 10:00"}',)),
    "owes": Word("各条时限由谁负责", "who answers for deadlines", {"type": "object"}, ('{"2.6": xu}',)),
    "near": Word("哪几条时限发了预警", "deadlines whose warning was given", TEXTS),
    "told": Word("告知:[{to, form, clause, confirm, questionnaire, until, again}]", "who was told", LIST),
    "reported": Word("报表:[{clause, to, period, 计量: 值}]", "reports: [{clause, to, period, measure: value}]", LIST),
    "granted": Word("准许:[{what, from, until, clause}]", "grants", LIST),
    "retained": Word("保存:[{until, clause}]", "what is kept until when", LIST),
    "booked": Word("记账:[{book, who, amount, clause}]", "entries", LIST),
    "opened": Word("开立:[{of, who, about, clause}]", "cases the law opened", LIST),
    "tasks": Word("待办:[{task, who, clause}]", "tasks opened", LIST),
    "asks": Word("请谁批准:[{clause, who}]", "whose approval is asked", LIST),
    "fields": Word("字段的值:{R1.fee: 60CNY}", "values of fields", {"type": "object"}),
    "step": Word("在哪个环节", "the step it is at", {}),
    "responsible": Word("责任人是谁", "the person responsible"),
    "first_asked": Word("首问人是谁", "the person first asked"),
    "proposed": Word("推荐的人选,依次", "whom the law proposes, in order", {"type": "object"}),
    "performed": Word("系统自动做了哪些动作", "acts the law did itself", TEXTS),
    "attested": Word("哪几条由人确认了", "clauses attested", TEXTS),
    "passed": Word("哪几条被说明理由放行了", "gates passed with a reason", TEXTS),
    "flagged": Word("哪几条因事实不明没有起作用", "clauses that could not speak", TEXTS),
    "measures": Word("动作读到的计量;“计量 of 谁”问某事项、记录、单位或员工此刻的数",
        "measures the act read; `measure of X` asks it now for a case, record, unit or member of staff", {"type": "object"}),
    "scripts": Word("显示了哪几条话术", "scripts shown", TEXTS),
    "reads": Word("各人此刻能看哪几件事项", "which cases somebody may read now", {"type": "object"}, ("{chen: [R1, R2]}",)),
    "uncovers": Word("客户的完整资料此刻能从哪几件事项查看", "from which cases a customer's personal data may be uncovered now",
        {"type": "object"}, ("{wang: [R1]}",)),
}  # fmt: skip
