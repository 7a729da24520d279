"""`shouwen law new`: a small pack that loads, checks and tests green, to be changed line by line into one's own."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from shouwen.base.trouble import Exit, Trouble
from shouwen.ops.voice import Voice
from shouwen.policy.packs import Sources
from shouwen.policy.reading import WORD


@dataclass(frozen=True, slots=True)
class Industry:
    """The words by which one trade's first pack differs from another's: its name, its posts, what people complain of."""

    zh: str
    en: str
    desk: tuple[str, str]
    manager: tuple[str, str]
    kinds: str  # the choices of `kind`, as YAML; the first is the one the scenarios use


INDUSTRIES: Final = {
    "service": Industry(
        "服务业", "Services", ("前台", "Front desk"), ("经理", "Manager"),
        "{attitude: {zh: 服务态度, en: Attitude}, quality: {zh: 服务质量, en: Quality}, fee: {zh: 收费, en: Charges}}"),
    "property": Industry(
        "物业", "Property", ("客户接待员", "Receptionist"), ("物业经理", "Property manager"),
        "{noise: {zh: 噪声, en: Noise}, cleaning: {zh: 保洁, en: Cleaning}, fee: {zh: 收费, en: Charges}}"),
    "fitness": Industry(
        "健身", "Fitness", ("前台", "Front desk"), ("店长", "Club manager"),
        "{coach: {zh: 教练, en: Coach}, equipment: {zh: 器材, en: Equipment}, fee: {zh: 会费, en: Membership fee}}"),
    "dining": Industry(
        "餐饮", "Dining", ("迎宾", "Host"), ("店长", "Restaurant manager"),
        "{food: {zh: 菜品, en: Food}, waiting: {zh: 等候, en: Waiting}, bill: {zh: 账单, en: Bill}}"),
    "retail": Industry(
        "零售", "Retail", ("营业员", "Shop assistant"), ("店长", "Shop manager"),
        "{goods: {zh: 商品, en: Goods}, delivery: {zh: 送货, en: Delivery}, price: {zh: 价格, en: Price}}"),
}  # fmt: skip

PACK: Final = Template("""\
# 制度包的门面:叫什么、有哪些岗位、用什么日历。几个制度共用的东西写在这里。
# 检查:shouwen law check $pack    跑场景:shouwen law test $pack
pack: $pack                          # 与文件夹同名,小写字母、数字、下划线
title: {zh: $zh服务制度, en: $en service regulations}
posts:                               # 岗位。谁担任,在系统里设定
  desk: {zh: $desk_zh, en: $desk_en}
  manager: {zh: $manager_zh, en: $manager_en}
calendars:                           # 工作时间;holidays: cn 是国家节假日和调休
  office: {zh: 营业时间, en: Opening hours, hours: {mon-sun: "09:00-21:00"}, holidays: cn}
calendar: office
""")

REGULATION: Final = Template("""\
# 一份制度:先说“有什么”(流程),再写“怎么办”(条款)。
# 每条条款 = 共用的词(id、zh、for、when、upon) + 恰好一个种类(requires、deadline、notifies……)。
# 所有的词:docs/pack-language.md。一步一步的教程:docs/guide/write-a-pack.md
regulation: complaint
title: {zh: 投诉处理制度, en: Complaints}
owner: manager                       # 没有别人负责的超时,由谁负责

procedures:
  complaint:
    title: {zh: 投诉, en: Complaint}
    number: TS                       # 单号前缀
    fields:                          # 要记下的内容。标识用英文,zh 是页面上的字
      kind: {zh: 类别, en: Kind, type: choice, of: $kinds}
      content: {zh: 内容, en: What happened, type: text}
      refund: {zh: 退款, en: Refund, type: money}
    steps: {received: {zh: 已受理, en: Received}, settled: {zh: 已处理, en: Settled}, closed: {zh: 已结案, en: Closed}}
    acts:                            # 动作。from 在哪个环节可做,to 做完到哪个环节,asks 页面上填什么
      open: {zh: 立项, en: Open, asks: [kind, content]}
      reply: {zh: 答复客户, en: Reply, from: [received]}
      settle: {zh: 处理, en: Settle, from: [received], to: settled, asks: [refund]}
      close: {zh: 结案, en: Close, from: [settled], to: closed}

clauses:
  # 门:立项前必须填好。assumed 写“原文没写、我们这样定”;原文有出处的,改写 source
  - id: "1.1"
    zh: 受理投诉须记下类别和内容
    en: A complaint is recorded with its kind and what happened
    assumed: {zh: 示例}
    for: complaint
    requires: {before: open, fields: [kind, content]}

  # 时限:自立项起两小时内答复,过了75%提醒一次
  - id: "2.1"
    zh: 投诉两小时内答复客户
    en: The customer has a reply within two hours
    assumed: {zh: 示例}
    for: complaint
    deadline: {from: open, until: reply, within: 2h, warn: 75%}

  # 一条条款只有一个效果:超时要告知,另写一条
  - id: "2.2"
    zh: 答复超时的,告知$manager_zh
    en: The manager is told of a late reply
    assumed: {zh: 示例}
    upon: {breach: "2.1"}
    notifies: {to: manager}

  # 审批:退款超过五百元的,处理前先经批准
  - id: "3.1"
    zh: 退款超过五百元须$manager_zh批准
    en: A refund above five hundred yuan is approved by the manager
    assumed: {zh: 示例}
    for: complaint
    when: {refund: "> 500CNY"}
    approval: {before: settle, by: manager}
""")

SCENARIOS: Final = Template("""\
# 场景:照着条款走一遍的例子。改了条款就跑:shouwen law test $pack
# 每条条款至少两个例子:该拒绝的被拒绝、该守住的守住;数字写在边界上(正好两小时、正好五百元)。
regulation: complaint
given:                               # 舞台:有哪些部门、哪些人
  units: {shop: {}}
  staff:
    mei: {post: desk, of: shop, superior: tan}
    tan: {post: manager, of: shop}
scenarios:
  - title: 没写内容的不能立项
    tests: ["1.1"]
    steps:
      - at: "2026-03-02 10:00"
        by: mei
        act: open
        of: complaint
        as: T
        with: {kind: $kind}
        expect: {refused: ["1.1"], missing: [content]}
  - title: 没写类别的不能立项
    tests: ["1.1"]
    steps:
      - at: "2026-03-02 10:00"
        by: mei
        act: open
        of: complaint
        as: T
        with: {content: 等了很久}
        expect: {refused: ["1.1"], missing: [kind]}
  - title: 正好两小时答复,守住了;此前提醒过一次
    tests: ["2.1"]
    steps:
      - at: "2026-03-02 10:00"
        by: mei
        act: open
        of: complaint
        as: T
        with: {kind: $kind, content: 等了很久}
        expect: {due: {"2.1": "2026-03-02 12:00"}}
      - {at: "2026-03-02 11:29", expect: {near: []}}
      - {at: "2026-03-02 11:30", expect: {near: ["2.1"]}}
      - {at: "2026-03-02 12:00", by: mei, act: reply, of: T, expect: {kept: ["2.1"]}}
  - title: 超时未答复,告知负责人
    tests: ["2.1", "2.2"]
    steps:
      - {at: "2026-03-02 10:00", by: mei, act: open, of: complaint, as: T, with: {kind: $kind, content: 等了很久}}
      - {at: "2026-03-02 12:01", expect: {breached: ["2.1"], told: [{to: tan, clause: "2.2"}]}}
  - title: 正好五百元不用批准
    tests: ["3.1"]
    steps:
      - {at: "2026-03-02 10:00", by: mei, act: open, of: complaint, as: T, with: {kind: $kind, content: 等了很久}}
      - {at: "2026-03-02 11:00", by: mei, act: settle, of: T, with: {refund: 500CNY}, expect: {allowed: yes, step: settled}}
  - title: 多一元就要批准,批准后即处理
    tests: ["3.1"]
    steps:
      - {at: "2026-03-02 10:00", by: mei, act: open, of: complaint, as: T, with: {kind: $kind, content: 等了很久}}
      - at: "2026-03-02 11:00"
        by: mei
        act: settle
        of: T
        with: {refund: 501CNY}
        expect: {allowed: waits, asks: [{clause: "3.1", who: tan}]}
      - {at: "2026-03-02 11:30", by: tan, act: approve, of: T, clause: "3.1", expect: {step: {T: settled}}}
""")


def add_arguments(part: argparse.ArgumentParser) -> None:
    """See `shouwen law new --help`."""
    part.add_argument("name", metavar="NAME", help="包的标识,也是文件夹的名字;可写路径 / the pack's id and folder; may be a path")
    trades = ", ".join(f"{k} {i.zh}" for k, i in INDUSTRIES.items())
    part.add_argument(
        "--industry", choices=INDUSTRIES, default="service", metavar="TRADE", help=f"行业的用词 / the words of a trade: {trades}"
    )


def sources_of(pack: str, industry: str = "service") -> Sources:
    """Return the files of a new pack, by `pack/file.yaml`."""
    trade = INDUSTRIES[industry]
    words = {
        "pack": pack, "zh": trade.zh, "en": trade.en, "kinds": trade.kinds, "kind": trade.kinds[1:].partition(":")[0],
        "desk_zh": trade.desk[0], "desk_en": trade.desk[1], "manager_zh": trade.manager[0], "manager_en": trade.manager[1],
    }  # fmt: skip
    files = {"pack.yaml": PACK, "complaint.yaml": REGULATION, "complaint.scenarios.yaml": SCENARIOS}
    return {f"{pack}/{name}": template.substitute(words) for name, template in files.items()}


def main(args: argparse.Namespace) -> int:
    """Write the files and say what to do next; a folder that is there is left alone. Raises Trouble."""
    folder, say = Path(args.name), Voice(args.lang)
    if not WORD.match(folder.name):
        raise Trouble(
            Exit.USAGE,
            f"“{folder.name}”不能作制度包的标识：用小写字母、数字和下划线，以字母开头，如 gym。",
            f"“{folder.name}” is no id of a pack: lower-case letters, digits and _, beginning with a letter, like gym.",
        )
    if folder.exists():
        raise Trouble(
            Exit.USAGE,
            f"{folder} 已经有了，没有改动。请换一个名字。",
            f"{folder} is there already and was left alone. Choose another name.",
        )
    files = sources_of(folder.name, args.industry)
    try:
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name.partition("/")[2]).write_text(text, "utf-8")
    except OSError as e:
        raise Trouble(Exit.USAGE, f"写不进 {folder}：{e.strerror}。", f"{folder} cannot be written: {e.strerror}.") from None
    for zh, en in _told(folder, list(files)):
        print(say(zh, en))
    return 0


def _told(folder: Path, files: list[str]) -> list[tuple[str, str]]:
    names = [f.partition("/")[2] for f in files]
    return [
        (f"已写好 {folder}：{'、'.join(names)}。", f"Written to {folder}: {', '.join(names)}."),
        ("接下来：", "Next:"),
        (
            f"  shouwen law check {folder}       检查，错误指到行和列",
            f"  shouwen law check {folder}       faults with line and column",
        ),
        (f"  shouwen law test {folder}        跑场景", f"  shouwen law test {folder}        run the scenarios"),
        (f"  shouwen law sentences {folder}   看系统怎样读每一条", f"  shouwen law sentences {folder}   how each clause is read"),
        (
            f"然后打开 {folder / 'complaint.yaml'}，照注释改成您的制度，改一条查一次。教程：docs/guide/write-a-pack.md。",
            f"Then open {folder / 'complaint.yaml'} and turn it into your own, clause by clause. The guide: docs/guide/write-a-pack.md.",
        ),
    ]
