"""The packs the reference shows. They load, their scenarios run, every clause kind has an example: a test holds all three."""

from __future__ import annotations

from typing import Final

from shouwen.policy.packs import Sources

SHOWN: Final = "demo/repair"

PACK: Final = """
pack: demo
title: {zh: 演示, en: Demo}
calendar: office
calendars:
  office: {zh: 办公日历, hours: {mon-fri: "08:30-12:00 13:30-17:30"}, holidays: cn}
posts:
  director: {zh: 工程部主任, en: Head of engineering}
  repairer: {zh: 维修人员, en: Repairer}
  desk: {zh: 前台, en: Front desk}
books:
  points: {zh: 扣分, unit: 分}
"""

REGULATION: Final = """
regulation: repair
title: {zh: 报修服务规程, en: Repair service}
owner: director
reviewed_on: "2026-11-01"

procedures:
  repair:
    title: {zh: 报修, en: Repair}
    number: BX
    fields:
      urgency: {zh: 紧急程度, type: choice, of: {urgent: 紧急, normal: 普通}}
      visit_at: {zh: 预约上门时间, type: datetime}
      quote: {zh: 报价, type: money}
    steps: {received: 已受理, assigned: 已派工, on_site: 已到场, done: 已完工}
    acts:
      reply: {zh: 回复客户, from: [received, assigned]}
      assign: {zh: 派工, from: [received], to: assigned, asks: [visit_at]}
      arrive: {zh: 到场, from: [assigned], to: on_site}
      price: {zh: 报价, from: [on_site], asks: [quote]}
      finish: {zh: 完工, from: [on_site], to: done}

clauses:
  - id: "2.1"
    zh: 紧急报修须在规定时间内回复客户
    source: ["001-01-11"]
    for: repair
    when: {urgency: urgent}
    deadline: {from: open, until: reply, within: 2h, warn: 75%}
    versions: {"2025-07-01": {within: 1h}}
  - id: "2.2"
    zh: 回复超时的,报其上级
    assumed: {zh: "原文未写,本公司设定"}
    upon: {breach: "2.1"}
    notifies: {to: {superior_of: responsible}}
  - id: "3.5"
    zh: 收费须先征得客户同意
    source: ["003-01-08"]
    for: repair
    when: {quote: "> 0"}
    requires: {before: finish, evidence: {consent: customer}, covers: quote}
"""

SCENARIOS: Final = """
regulation: repair
given:
  units: {E: {}}
  staff: {he: {post: director, of: E}, fang: {post: desk, of: E, superior: he}}
scenarios:
  - title: 紧急报修一小时内回复,过时报上级
    tests: ["2.1", "2.2"]
    steps:
      - at: "2026-03-02 09:00"
        by: fang
        act: open
        of: repair
        as: R1
        with: {urgency: urgent}
        expect: {due: {"2.1": "2026-03-02 10:00"}}
      - {at: "2026-03-02 10:01", expect: {breached: ["2.1"], told: [{to: he, clause: "2.2"}]}}
      - {at: "2026-03-02 10:30", by: fang, act: reply, of: R1, expect: {late: ["2.1"]}}
"""

# The forms of that regulation: a paper of one matter with its copies, and a register of a month with figures.
FORM: Final = """
forms:
  notice:
    zh: 告知单
    of: work
    copies: {customer: 客户联, director: 存档联}
    layout:
      - boxes: [number, opened, kind, amount, did.start, {zh: 备注}]
      - says: ["demo/kinds#1"]
      - signs: [customer, did.finish, director]
  work_register:
    zh: 工作登记表
    of: work
    every: 1mo
    layout:
      - {title: 逐件, lists: [number, kind, amount, responsible], dated: opened, filled: amount}
"""

# The regulation the examples of the kinds stand in.
NOUNS: Final = """
regulation: kinds
title: {zh: 条款种类举例, en: One clause of each kind}
books:
  fine: {zh: 罚款, unit: CNY}
  merits: {zh: 奖分, unit: 分}
  income: {zh: 收费, unit: CNY}
facts:
  soonest_there: {zh: 到场快慢, type: span}
groups:
  vacant: {zh: 空置房, of: house, when: {state: vacant}}
registers:
  house:
    title: {zh: 房屋, en: House}
    key: name
    states: {occupied: 已入住, vacant: 空置}
    fields: {name: {zh: 名称, type: text}}
    acts: {leave: {zh: 空出, from: [occupied], to: vacant}, enter: {zh: 入住, from: [vacant], to: occupied}}
procedures:
  work:
    title: {zh: 工作, en: Work}
    fields:
      kind: {zh: 类别, type: choice, of: {big: 大项, small: 小项}}
      level: {zh: 级别, type: choice, of: {high: 高, low: 低}}
      amount: {zh: 金额, type: money}
      technician: {zh: 经办技师, type: staff}
    steps: {open_work: 待办, doing: 在办, done: 已办}
    acts:
      start: {zh: 开工, from: [open_work], to: doing, asks: [amount]}
      finish: {zh: 完工, from: [doing], to: done}
      spend: {zh: 开支, from: [doing]}
      delay: {zh: 延时, from: [doing]}
    tasks: {tidy: 清理现场}
  check:
    title: {zh: 检查, en: Check}
    fields:
      house: {zh: 房屋, type: record, of: house}
      work: {zh: 所查工作, type: case, of: work}
      begins_at: {zh: 开始时间, type: datetime}
      ends_at: {zh: 结束时间, type: datetime}
    steps: {planned: 待查, checked: 已查}
    acts: {check: {zh: 检查, from: [planned], to: checked}}
"""

CLAUSES: Final[dict[str, str]] = {
    "requires": """
  - id: "1"
    zh: 开工前须填金额
    for: work
    requires: {before: start, fields: [amount]}
""",
    "excludes": """
  - id: "2"
    zh: 开工的人不得自己检查
    for: check
    excludes: {who: {did: work.start}, acts: [check]}
""",
    "permits": """
  - id: "3"
    zh: 开支只许主任办理
    for: work
    permits: {who: director, acts: [spend]}
""",
    "limits": """
  - id: "4"
    zh: 每人每日只可延时一次
    for: work
    limits: {act: delay, to: 1, per: actor, over: business_day}
""",
    "approval": """
  - id: "5"
    zh: 五百元以上的开支须经主任批准
    for: work
    when: {amount: "> 500CNY"}
    approval: {before: spend, by: director}
""",
    "assigns": """
  - id: "6"
    zh: 开工时推荐到得最快的维修人员
    for: work
    upon: start
    assigns: {field: technician, from: repairer, prefer: [-soonest_there]}
""",
    "classifies": """
  - id: "7"
    zh: 大项列为高级别
    for: work
    when: {kind: big}
    classifies: {field: level, is: high}
""",
    "performs": """
  - id: "8"
    zh: 完工后系统自动记一笔
    for: work
    upon: finish
    performs: {act: note}
""",
    "deadline": """
  - id: "9"
    zh: 小项三个工作日内完工
    for: work
    when: {kind: small}
    deadline: {from: start, until: finish, within: 3wd, warn: 75%}
""",
    "obliges": """
  - id: "10"
    zh: 完工后两日内由前台检查
    for: work
    upon: finish
    obliges: {open: check, who: desk, within: 2wd, with: {work: this}}
""",
    "schedules": """
  - id: "11"
    zh: 空置房每月检查一次
    schedules: {open: check, for_each: vacant, every: 1mo, due: end_of_month, who: desk, with: {house: this}}
""",
    "notifies": """
  - id: "12"
    zh: 开工即告知客户
    for: work
    upon: start
    notifies: {to: customer, form: notice}
""",
    "penalises": """
  - id: "13"
    zh: 小项逾期扣二分
    upon: {breach: "9"}
    penalises: {who: responsible, points: 2}
""",
    "rewards": """
  - id: "14"
    zh: 大项办成奖五分
    for: work
    upon: finish
    when: {kind: big}
    rewards: {who: responsible, points: 5}
""",
    "books": """
  - id: "15"
    zh: 完工按金额记收费
    for: work
    upon: finish
    books: {book: income, who: customer, plus: field amount}
""",
    "checklist": """
  - id: "16"
    zh: 完工前逐项确认
    for: work
    checklist: {before: finish, items: {tidy: 现场已清理, tools: 工具已收回}}
""",
    "script": """
  - id: "17"
    zh: 开工时的说法
    for: work
    script: {before: start, items: [您好, 现在开始可以吗]}
""",
    "says": """
  - id: "18"
    zh: 本制度由工程部解释
    says: {}
""",
    "calculates": """
  - id: "19"
    zh: 金额按延时次数每次十元计
    for: work
    upon: finish
    calculates: {field: amount, value: "delays * 10CNY"}
""",
    "reports": """
  - id: "20"
    zh: 每月按人报延时次数和按时完工率
    reports: {measures: [delays, kept], for_each: staff, every: 1mo, to: {superior_of: subject}}
""",
    "grants": """
  - id: "21"
    zh: 查过的房屋三个月内免查
    for: check
    upon: check
    grants: {what: {rest: 免查}, of: house, within: 3mo}
""",
    "retains": """
  - id: "22"
    zh: 大项的资料保存十年
    for: work
    upon: finish
    when: {kind: big}
    retains: {at_least: 10y}
""",
    "reads": """
  - id: "23"
    zh: 主任可看各部门的工作
    for: work
    reads: {who: {post: director, of: any}}
""",
}

TABLE: Final = """
  - id: "24"
    zh: 检查由谁批准,按金额定
    for: work
    approval: {before: finish, by: table}
    columns: [kind, amount, by]
    table:
      - [big, "< 1000CNY", director]
      - [big, ">= 1000CNY", [director, desk]]
      - [small, "", desk]
"""

MEASURES: Final = """
measures:
  delays: {zh: 本月延时次数, count: work.delay, per: responsible, over: calendar_month}
  kept: {zh: 按时完工率, share: {kept: "9"}, of: work.finish, over: calendar_year, target: 95%}
  clashes: {zh: 同屋时段重叠的其他检查, count: check, per: [house], overlapping: [begins_at, ends_at], where: {step: planned}}
"""

NAMES: Final[dict[str, str]] = {word: f"demo/kinds#{i}" for i, word in enumerate(CLAUSES, 1)}


def sources() -> Sources:
    """Return the files of the examples, as an enactment keeps them."""
    clauses = "".join(text.lstrip("\n") for text in (*CLAUSES.values(), TABLE))
    return {
        "demo/pack.yaml": PACK, "demo/repair.yaml": REGULATION, "demo/repair.scenarios.yaml": SCENARIOS,
        "demo/kinds.yaml": f"{NOUNS}{FORM}{MEASURES}clauses:\n{clauses}",
    }  # fmt: skip
