"""The words of the language, each with what it means in Chinese and English and the shape of its value.

One list serves three ends: the reference for authors (docs/pack-language.md), the JSON Schema for their editors, and the test
that no key is accepted which nobody has explained. The parameters of the clause kinds stand with their kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shouwen.policy.values import TYPES

Schema = Mapping[str, Any]
TEXT: Final[Schema] = {
    "type": ["string", "number", "boolean"]
}  # every scalar is read as text; an editor's YAML reader sees 2 and yes


def ref(name: str) -> Schema:
    """Return a reference to a definition of the schema."""
    return {"$ref": f"#/$defs/{name}"}


def one_or_many(item: Schema) -> Schema:
    """Return the schema of one thing or a list of it."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def each(item: Schema) -> Schema:
    """Return the schema of a mapping from ids to something."""
    return {"type": "object", "additionalProperties": item, "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"}}


TEXTS: Final = one_or_many(TEXT)
BOXES: Final = one_or_many({"anyOf": [TEXT, ref("label")]})  # words, and labels of what is filled in by hand
DATES: Final = {"type": "object", "propertyNames": {"pattern": r"^\d{4}-\d{2}-\d{2}$"}}


@dataclass(frozen=True, slots=True)
class Word:
    """A key or a kind of value: what it means, what its value looks like, and spellings that are right."""

    zh: str
    en: str
    schema: Schema = field(default_factory=lambda: TEXT)
    examples: tuple[str, ...] = ()


# The values parameters take; `Key.value` of the kinds names them. A name that is not here is a word of a closed list.
VALUES: Final[Mapping[str, Word]] = {
    "who": Word("人员词,见“谁”",
        "a person word, see “Who”", ref("who"), ("responsible", "{post: repairer}", "{superior_of: responsible}")),
    "act": Word("流程里的动作", "an act of the procedure", TEXTS, ("close",)),
    "acts": Word("一个或几个动作", "one act or several", TEXTS, ("[call]", "[close, reopen]")),
    "list": Word("也可以写几个", "or several of them", TEXTS),
    "links": Word(
        "依次的几环,每环一个人员词;只提意见的写 {advises: 人员词}",
        "links in order, each a person word; {advises: a person word} gives advice only",
        {
            "type": "array",
            "items": {
                "anyOf": [
                    ref("who"),
                    {"type": "object", "properties": {"advises": ref("who")}, "required": ["advises"], "additionalProperties": False},
                ]
            },
        },
    ),
    "table": Word("写 table,答案按表取", "the word `table`: the answer is the table's", {"const": "table"}, ("table",)),
    "fields": Word("一个或几个字段", "one field or several", TEXTS, ("[visit_at, parts]",)),
    "field": Word("一个字段", "a field", TEXT, ("urgency",)),
    "condition": Word("条件,见“条件”", "a condition, see “Conditions”", ref("condition"), ("{paid: yes}",)),
    "evidence": Word("凭据", "evidence", ref("evidence"), ("photo", "{signature: customer}")),
    "moment": Word("时刻:动作或时间字段;门里也可写另一条的时限", "a moment: an act or a date field; in a gate also the due moment of a clause",
        {"anyOf": [TEXTS, {"type": "object", "properties": {"due": TEXT}, "additionalProperties": False}]},
        ("open", "visit_at", '{due: "2.1"}')),
    "clock": Word("钟点", "a time of day", TEXT, ("21:00",)),
    "rows": Word("行字段(type: rows)", "a rows field", TEXT, ("parts",)),
    "group": Word("台账、声明过的群体,或 staff", "a register, a declared group, or staff", TEXT, ("vacant",)),
    "pass": Word("{by: 人员词}",
        "{by: a person word}", {"type": "object", "properties": {"by": ref("who")}, "additionalProperties": False},
        ("{by: director}",)),
    "number": Word("整数", "a whole number", TEXT, ("1",)),
    "window": Word("时间窗,或一段时间", "a window, or a span", TEXT, ("business_day", "calendar_month", "30d")),
    "flag": Word("yes 或 no", "yes or no", TEXT, ("yes",)),
    "facts": Word("声明过的事实,越大越好;以 - 开头为越小越好",
        "declared facts, highest first; lowest with a leading -", TEXTS, ("[-soonest_there]",)),
    "value": Word("选项、文字、数,field x,或 table", "a choice, text, a number, `field x`, or `table`", TEXT, ("urgent",)),
    "values": Word("字段: 值;值可写文字、field x、this(本件)、actor(经办人)、moment(此刻)",
        "field: value; a literal, `field x`, this, actor, moment", each(TEXT), ("{repair: this}",)),
    "items": Word("标识: 文字,或 {zh, en}", "id: words, or {zh, en}", each(ref("label")), ("{tidy: 现场已清理}",)),
    "texts": Word("一段或几段文字,或 {zh, en}", "one text or several, or {zh, en}", one_or_many(ref("label")), ("[您好]",)),
    "span": Word("一段时间,见“多久”", "a span, see “How long”", TEXT, ("2h", "3wd")),
    "share": Word("百分比", "a percentage", TEXT, ("75%",)),
    "due": Word("到期时刻,见“多久”", "a due moment, see “How long”", TEXT, ("end_of_month", "next day 10:00", "field visit_at")),
    "procedure": Word("流程", "a procedure", TEXT, ("call_back",)),
    "task": Word("流程 tasks 里的待办", "a task of the procedure's `tasks`", TEXT, ("inspect",)),
    "season": Word("声明过的季节", "a declared season", TEXT, ("heating",)),
    "form": Word("声明过的表单", "a declared form", TEXT, ("repair_slip",)),
    "questionnaire": Word("本流程的问卷", "a questionnaire of the procedure", TEXT, ("satisfaction",)),
    "expression": Word("算式:数、金额(10CNY)、百分比,字段、计量,+ - * / ( ) min max;除以零不算",
        "arithmetic: numbers, money (10CNY), percentages, fields, measures, + - * / ( ) min max", TEXT,
        ("credit_limit - owed", "max(0, used - 5) * 2CNY")),
    "shares": Word("人员词: 份额(70% 或 1/3),合起来为全部;除不尽的归最后一个",
        "person word: share (70% or 1/3), together the whole; what is left over goes to the last", each(TEXT),
        ("{responsible: 70%, director: 30%}",)),
    "measures": Word("一个或几个计量", "one measure or several", TEXTS, ("[delays, kept]",)),
    "pairs": Word("字段: 字段", "field: field", each(TEXT), ("{table_class: class}",)),
    "amount": Word("数额:分数或钱(60CNY),field x,或 table",
        "an amount: points or money (60CNY), `field x`, or `table`", TEXT, ("2", "60CNY", "field quote")),
    "book": Word("声明过的账簿", "a declared book", TEXT, ("points",)),
    "matters": Word("流程: 环节(可写几个)", "procedure: a step or several", each(TEXTS), ("{rental: [introduced, paid]}",)),
}  # fmt: skip

SOURCE = Word(
    "制度目录里的条目编号,写几个都行;任何节点都可以带",
    "ids of the catalogue; any node may carry them",
    ref("source"),
    ('["001-01-11"]',),
)
ASSUMED = Word(
    "原文没写、由我们认定的,写明认定了什么",
    "what the source leaves open and we read into it, and why",
    ref("assumed"),
    ("{zh: 原文未写,本公司设定}",),
)
ZH, EN = Word("中文名", "its name in Chinese"), Word("英文名", "its name in English")
TITLE = Word("名称", "its title", ref("label"), ("{zh: 报修, en: Repair}",))

CLAUSE: Final[Mapping[str, Word]] = {
    "id": Word("条款编号,写成文字;全名是 包/制度#编号",
        "the clause's number, quoted; its full name is pack/regulation#id", TEXT, ('"2.1"',)),
    "zh": Word("条款的中文原话。系统另外按参数生成一句,两句并排,好让人看出不一致",
        "the clause in Chinese; a sentence made from its parameters is shown beside it"),
    "en": Word("条款的英文", "the clause in English"),
    "source": SOURCE,
    "assumed": ASSUMED,
    "article": Word("属于纸面制度的哪一款(articles 里声明)",
        "the article of the paper it belongs to (declared under `articles`)"),
    "for": Word("说的是哪种事项、台账或 staff;写几个则对每一种都成立",
        "the procedure or register it speaks of, or staff; several: each of them", TEXTS, ("repair",)),
    "upon": Word("何时起作用:某动作之后、违反某条之后、某日期到来时、每月底等",
        "when it acts: after an act, upon a breach, at a date field's moment, at the end of a period", ref("upon"), ("confirm",
        '{breach: "2.1"}', "end_of_month")),
    "when": Word("在什么条件下成立", "the condition under which it holds", ref("condition"), ("{urgency: urgent}",)),
    "columns": Word("表头:前几列是条件,最后一列是答案",
        "the table's columns: conditions first, the answer last", TEXTS, ("[kind, amount, by]",)),
    "table": Word("决定一个参数的表;必须既不空缺也不重叠",
        "rows that decide one parameter; whole and free of overlap", {"type": "array"}),
    "versions": Word("从某日起改变的参数,日期: 参数;null 为废止。旧版本留着:旧事项仍引用它",
        "parameters from a day on; null repeals. Old versions stay, old cases cite them", DATES,
        ('{"2025-07-01": {within: 1h}}',)),
    "overrides": Word("本条是哪一条的例外;本条成立时,那一条不说话",
        "the clause this one is an exception of; while this one holds, that one is silent", TEXT, ('"3.1"',)),
}  # fmt: skip

REGULATION: Final[Mapping[str, Word]] = {
    "regulation": Word("制度的标识,也是条款全名的一部分", "the regulation's id, a part of its clauses' names", TEXT, ("repair",)),
    "title": TITLE,
    "owner": Word("对没有别人负责的超时负责的岗位", "the post that answers for breaches nobody else answers for"),
    "approved_by": Word("由谁批准", "who approved it"),
    "reviewed_on": Word("上次核对的日期;超过一年会提醒", "when it was last checked against its sources"),
    "applies_to": Word("适用于哪些单位", "the units it applies to", TEXTS),
    "compiled_by": Word("编制", "who compiled it"),
    "supersedes": Word("取代哪些旧制度", "what it replaces", TEXTS),
    "prevails": Word("与谁冲突时以谁为准", "what prevails in a conflict", {}),
    "document": Word("文件编号", "the number of the paper"),
    "source": SOURCE,
    "assumed": ASSUMED,
    "calendar": Word("用哪个日历;不写用单位的、公司的", "its calendar; else the unit's, else the company's"),
    "calendars": Word("日历:工作时间、节假日、营业日何时结束",
        "calendars: hours, holidays, when the business day ends", each({"type": "object"})),
    "articles": Word("纸面制度的款", "the articles of the paper", each(ref("label"))),
    "posts": Word("岗位;谁担任由公司设定", "posts; the company says who holds them", each(ref("post"))),
    "persons": Word("给一个人员词起名字",
        "names for person words", each({"type": "object"}), ("{signer: {zh: 签发人, is: {decided: invoice}}}",)),
    "groups": Word("某台账中满足条件的一群",
        "those of a register for which a condition holds", each({"type": "object"}),
        ("{vacant: {zh: 空置房, of: house, when: {state: vacant}}}",)),
    "seasons": Word("一年中的一段时间", "parts of the year", each({"type": "object"})),
    "books": Word("账簿:记分、罚款、奖金、业绩", "books: points, fines, rewards, performance", each(ref("book"))),
    "registers": Word("台账:所管的东西", "registers: the things kept", each(ref("noun"))),
    "procedures": Word("流程:有头有尾的事项", "procedures: matters that begin and end", each(ref("noun"))),
    "forms": Word("表单", "forms", each(ref("form"))),
    "measures": Word("计量:条款问过去的唯一办法", "measures: the only way a clause asks the past", each(ref("measure"))),
    "customer_fields": Word("客户档案的字段", "fields of the customer file", each(ref("field"))),
    "facts": Word("由系统外提供的事实", "facts somebody outside provides", each({"type": "object"})),
    "clauses": Word("条款", "the clauses", {"type": "array", "items": ref("clause")}),
    "parts": Word("几条共用 for 和 when 时,归成一部分",
        "clauses that share `for` and `when`", {"type": "array", "items": ref("part")}),
}  # fmt: skip

PACK: Final[Mapping[str, Word]] = {
    "pack": Word("制度包的标识,与文件夹同名", "the pack's id, the name of its folder"),
    "title": TITLE,
    "about": Word("这个包是什么", "what this pack is", {}),
    "builds_on": Word("建立在哪些包之上", "the packs it builds on", TEXTS, ("[generic]",)),
    "waits": Word("目录里暂不执行的条目:哪一条、等什么、为什么",
        "catalogue entries not carried yet: which, what they wait for, why", {"type": "array", "items": {"type": "object",
        "required": ["entry", "why"]}}, ('[{entry: "001-01-09", for: reports, why: {zh: 等报表}}]',)),
    **{k: REGULATION[k] for k in (
        "calendar", "calendars", "posts", "groups", "seasons", "books", "facts", "customer_fields", "persons", "forms",
        "measures", "source",
    )},
}  # fmt: skip

NOUN: Final[Mapping[str, Word]] = {
    "title": TITLE,
    "number": Word("单号前缀", "the prefix of its numbers", TEXT, ("BX",)),
    "form": Word("印成哪张表单", "the form it prints as"),
    "key": Word("台账里一件东西叫什么(字段)", "the field that names a thing of a register"),
    "home": Word("台账:客户的住处在这里,新客户的地址从中选(写 \"yes\")",
        "of a register: this is where customers live, and a new caller's address is chosen from it (`\"yes\"`)", TEXT, ("yes",)),
    "calls": Word("流程:逐件打电话的(回访页列它);done 登记已联系上、missed 登记未联系上的动作,kind、why、again、outcome 类别、未通原因、下次联系、结果字段",
        "of a procedure: its cases are calls (the page of call-backs lists them): the acts `done` and `missed`, and the fields `kind`, "
        "`why` it failed, when to try `again`, `outcome`", {"type": "object", "required": ["done"]}, ("{done: call, missed: miss}",)),
    "happened": Word("事情实际发生于哪个字段;记分按那时的制度",
        "the field that tells when it happened; entries go by the law of then", TEXT, ("happened_at",)),
    "calendar": Word("用哪个日历", "its calendar"),
    "fields": Word("字段", "its fields", each(ref("field"))),
    "steps": Word("环节,第一个是起点", "its steps; it begins in the first", each(ref("label"))),
    "states": Word("台账里东西的状态(同 steps)", "the states of a thing kept (the same as steps)", each(ref("label"))),
    "ends": Word("台账:到了哪些状态就结束(不再有例行、月底条款和动作);不写则不结束",
        "of a register: the states at which a record is over, with no more rounds or acts; absent: it never is", TEXTS, ("[scrapped]",)),
    "acts": Word("动作", "its acts", each({"anyOf": [TEXT, ref("act")]})),
    "tasks": Word("待办的名称", "the names of its tasks", each(ref("label"))),
    "without": Word("不要哪些内置动作", "built-in acts it does not have", TEXTS, ("[hold, merge]",)),
    "questionnaires": Word("问卷:成套问客户或外单位的题目", "questionnaires: sets of questions for somebody outside", each(ref("questionnaire"))),
    "consulted": Word("台账:答复客户时查的资料;text 内容字段,at 哪些状态查得到,until 有效至(日期字段)",
        "of a register: it is looked up to answer customers; its text, the states it is found at, the date it is valid until",
        {"type": "object"}, ("{text: body, at: [published], until: valid_until}",)),
    "source": SOURCE,
    "assumed": ASSUMED,
}  # fmt: skip

FIELD: Final[Mapping[str, Word]] = {
    "zh": ZH, "en": EN,
    "type": Word("类型", "its type", {"enum": list(TYPES)}, ("choice",)),
    "of": Word("选项(choice、many)、列(rows),或指向哪种台账、事项(record、case)",
        "choices, columns, or the nouns it points to", {}, ("{urgent: 紧急, normal: 普通}",)),
    "unit": Word("单位", "its unit", TEXT, ("次",)),
    "many": Word("可以有几个", "may hold several"),
    "if": Word("为“是”时在句子里怎么说", "how `yes` reads in a sentence", TEXT, ("收费的",)),
    "else": Word("为“否”时在句子里怎么说", "how `no` reads in a sentence", TEXT, ("免费的",)),
    "sum_of": Word("各行某列之和", "the sum of a column", TEXT, ("parts.amount",)),
    "product_of": Word("同一行几列之积", "the product of columns of the row", TEXTS, ("[qty, price]",)),
    "from": Word("时间差的起点:日期或时间字段(type: span)", "where a computed span begins: a date or datetime field"),
    "until": Word("时间差的终点:日期或时间字段", "where a computed span ends: a date or datetime field"),
    "strength": Word("凭据的强度:measured、second_person、photo、signed、self", "how strong the evidence is"),
    "personal": Word("个人信息,平时遮住", "personal data, masked by default"),
    "conceals": Word("事项未结时,填在这里的人看不到它(员工字段)", "whoever is named here does not see the case while it is open (staff)"),
    "source": SOURCE,
    "assumed": ASSUMED,
}  # fmt: skip

ACT: Final[Mapping[str, Word]] = {
    "zh": ZH, "en": EN,
    "from": Word("在哪些环节可做;不写则随时", "the steps it may be done at; any when absent", TEXTS),
    "to": Word("做完到哪个环节;不写则不动", "the step it leads to; none: it stays"),
    "asks": Word("页面上请人填哪些字段;必须填的要写条款(requires)",
        "the fields its page shows; what must be filled is a clause", TEXTS),
    "fields": Word("只属于这个动作的字段", "fields of the act alone", each(ref("field"))),
    "sets": Word("动作本身带来的值", "values the act itself brings", {"type": "object"}),
    "source": SOURCE,
    "assumed": ASSUMED,
}  # fmt: skip

MEASURE: Final[Mapping[str, Word]] = {
    "zh": ZH, "en": EN,
    "count": Word("数:流程.动作、台账、账簿,或 {kept: 条款}",
        "count of: procedure.act, a noun, a book, or {kept: clause}", {}, ("repair.reopen",)),
    "sum": Word("和", "sum of", {}, ("invoice.amount",)),
    "share": Word("占比(百分数);占另一种台账的比,数的是被做到的件数,每件一次;grant.准许 占 day 的比,是准许满的天数",
        "share, in percent; of another register: how many of its things were reached, each once; of `grant.x` in `day`: days covered",
        {}, ("visit", "house_check.check", "grant.vacancy")),
    "streak": Word("最近连续多少次都满足 while", "how many of the last ones in a row held `while`", {}, ("shipment.invoice",)),
    "oldest": Word("最早的一次距今多久(没有为零)", "how long ago the oldest was done (none: nothing)", {}, ("shipment.invoice",)),
    "rise": Word("表计走了多少:窗口内最后一次读数减窗口前最后一次(窗口前没有读数的,减窗口内第一次);本动作带来的读数算在内",
        "what a meter rose by: the last reading less the last one before the window; the reading this act brings counts", {},
        ("house_check.check.water",)),
    "of": Word("占谁的比", "the whole a share is of", {}),
    "when": Word("整体的条件", "narrows the whole", ref("condition")),
    "where": Word("所数的条件;账簿只能写 {clause: [条款]}", "narrows what is counted; of a book only {clause: [...]}", ref("condition")),
    "while": Word("streak 连续到何时为止", "as long as what a streak goes on", ref("condition")),
    "per": Word("按谁分:case、actor、customer、responsible、first_asked、unit、subject,或一个字段;写几个字段,数的是这几个字段都相同的其他件",
        "counted per case, actor, customer, responsible, first_asked, unit, subject, or a field; several fields: the others alike in all",
        TEXTS, ("responsible", "[place, day]")),
    "overlapping": Word("起、止两个日期或时间字段:per 的字段都相同的其他件中,只数时段与本件相重叠的;起点算在内,终点不算(日期则当天算在内),起止不全的不与谁重叠",
        "two date or datetime fields, begin and end: of the others alike in `per` only those whose span shares a moment with this one's; "
        "half-open (of dates the last day belongs to it), and nothing overlaps a span that is not known", TEXTS, ("[begins_at, ends_at]",)),
    "over": Word("时间窗", "the window", TEXT, ("calendar_year", "30d")),
    "target": Word("目标:写值即至少,或 `<= 0` 即至多;显示在计量旁,条款另写未达到时怎样",
        "the goal: a value is the least that is wanted, `<= 0` the most; it stands beside the figure, what a miss leads to say clauses",
        TEXT, ("100%", "<= 0")),
    "source": SOURCE,
    "assumed": ASSUMED,
}  # fmt: skip

SMALL: Final[Mapping[str, Mapping[str, Word]]] = {
    "post": {"zh": ZH, "en": EN, "reports_to": Word("上级岗位", "the post it reports to"), "source": SOURCE, "assumed": ASSUMED},
    "book": {
        "zh": ZH, "en": EN, "unit": Word("单位:分、CNY、桌", "what it counts: points, CNY …"), "steps": Word("记录的状态",
        "states of an entry", each(ref("label"))),
        "acts": Word("对记录的动作", "acts on an entry", {"type": "object"}), "source": SOURCE, "assumed": ASSUMED,
    },
    "form": {
        "zh": ZH, "en": EN, "of": Word("印自哪些流程或台账", "the nouns it prints", TEXTS), "copies": Word("联次:给谁",
        "its copies and for whom", each(ref("label"))),
        "prints": Word("印哪些字段:只有一块格子的版式,简写", "the fields it prints: short for a layout of one block of boxes", TEXTS),
        "every": Word("一期一张的:1d、7d、1mo、3mo、1y;登记表不写则印现有的全部",
            "one sheet a period: 1d, 7d, 1mo, 3mo, 1y; a register without it prints all there is", TEXT, ("1mo",)),
        "layout": Word("版式,一块一块往下排,见下表。版式只管印在哪里,不作任何判断", "what stands where, part by part, see the table below; a "
            "layout decides nothing", {"type": "array", "items": ref("layout")}),
        "source": SOURCE, "assumed": ASSUMED,
    },
    "layout": {
        "title": Word("这一块的小标题", "the heading of the part", ref("label")),
        "boxes": Word("格子:字段、所指台账或事项的字段(`house.area`)、number 编号、customer 客户、phone 电话、address 地址、responsible 责任人、first_asked 首问人、"
            "unit 单位、step 环节、opened 立项时间、closed 结束时间、`did.动作`(最近一次何时、由谁做);写 {zh, en} 的是手填的空格",
            "boxes: fields, fields of what a field points to, number, customer, phone, address, responsible, first_asked, unit, step, "
            "opened, closed, did.ACT; {zh, en} is filled in by hand", BOXES, ("[number, customer, did.confirm, {zh: 备注}]",)),
        "rows": Word("明细表:哪个(些)rows 字段", "a table: which fields of rows", TEXTS, ("lines",)),
        "lists": Word("登记表:每件事项或每条台账一行,各列写法同 boxes", "a register: a line for each matter or record; columns as in boxes", BOXES,
            ("[number, opened, customer]",)),
        "dated": Word("lists 按哪一天归入期间:opened(缺省)、closed 或一个日期字段", "lists: which day puts a line into the period: opened (if absent), "
            "closed, or a field of a date", TEXT, ("closed",)),
        "filled": Word("lists 只列这个字段有值、不为零的", "lists: only those in which this field has a value that is not zero", TEXT, ("fee",)),
        "steps": Word("lists 只列停在这些环节(状态)的", "lists: only those that stand at these steps", TEXTS, ("[qualified]",)),
        "figures": Word("统计表:reports 条款报出的哪些计量,按单位(或每个成员)一行", "a paper of figures: which measures of those reported by a clause "
            "`reports`, a line for each unit or member", TEXTS, ("[on_time, pass_rate]",)),
        "says": Word("印出哪些条款的原话(写全名)", "the words of which clauses, by their full names", TEXTS, ('["property/repair#3.5"]',)),
        "text": Word("一段文字", "a text", ref("label")),
        "signs": Word("签字栏:customer、responsible、first_asked、岗位、`did.动作`(印出谁做的、何时),或 {zh, en}",
            "who signs: customer, responsible, first_asked, a post, did.ACT (who did it and when is printed), or {zh, en}", BOXES,
            ("[customer, did.finish]",)),
    },
    "questionnaire": {
        "zh": ZH, "en": EN, "greeting": Word("开头的话", "the words it begins with", ref("label")),
        "act": Word("答卷是哪个动作:客户自己答,员工问了登记,都是它",
            "the act an answer is, by whoever is asked or by staff who asked", TEXT, ("survey",)),
        "sets": Word("客户自己答卷时,这个动作另外带来的值", "what the act brings beside the answers when the customer answers",
            each(TEXT), ("{survey_result: returned}",)),
        "shows": Word("和题目一起给对方看的字段(不能是个人信息)", "fields of the case shown beside the questions; never personal data",
            TEXTS, ("[build_plan, material_plan]",)),
        "again": Word("到期前可以反复答;不写只答一次", "may be answered again and again until its time; absent: once"),
        "questions": Word("题目:答卷那个动作要填的字段", "the questions: fields its act asks for", each(ref("question"))),
        "source": SOURCE, "assumed": ASSUMED,
    },
    "question": {
        "zh": Word("怎么问", "how it is asked in Chinese"), "en": Word("英文怎么问", "how it is asked in English"),
        "required": Word("客户自己答卷时必答;员工登记时必填的要写条款(requires)",
            "the customer has to answer it; what staff must fill is a clause"),
        "items": Word("行字段逐项评价:各项的名称", "of a rows field: what is marked item by item", each(ref("label")),
            ("{safety: {zh: 秩序和安全, en: Order and safety}}",)),
        "source": SOURCE,
    },
    "part": {
        "title": TITLE, "for": CLAUSE["for"], "when": CLAUSE["when"], "clauses": REGULATION["clauses"],
    },
}  # fmt: skip
