"""What invented people bring to the desk: sentences put together by chance, so that search has words of every frequency."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

_ROOMS: Final = ("厨房", "主卧", "次卧", "客厅", "卫生间", "阳台", "玄关", "书房", "餐厅", "儿童房")
_WISHES: Final = (
    "", "", "", "", "，家里有老人，请轻一点敲门", "，白天没人，晚上七点后在家", "，上次修过又坏了", "，请来前先打电话", "，希望周末上门",
    "，已自己关了总阀", "，怕影响楼下邻居", "，家有宠物请留意", "，租客在家可直接上门", "，业主在外地，钥匙在前台", "，请带齐配件一次修好",
    "，已经拍了照片发给管家", "，请师傅穿鞋套", "，门禁密码请问前台", "，急着用，请尽快", "，不急，这两天都行",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """What may be wrong with a house: the value of `trouble`, the skill it wants, things and what is wrong with them."""

    kind: str
    skill: str
    things: tuple[str, ...]
    signs: tuple[str, ...]


_LEAKS: Final = ("爆裂跑水", "一直喷水", "漏水漏到楼下", "渗水顺墙流")
_PIPES: Final = ("滴水", "堵了", "关不紧", "冲水不停", "返味", "松动", "下水慢")
_WIRES: Final = ("不亮", "没电", "接触不良", "有异响", "按了没反应", "闪烁")
_HINGES: Final = ("打不开", "关不上", "脱落", "变形", "有异响", "生锈卡死")
_TROUBLES: Final = (  # how frequent, and what
    (3, Trouble("leak", "water", ("热水器进水管", "洗衣机水管", "暖气片", "水表前接头", "墙内水管"), _LEAKS)),
    (
        2,
        Trouble(
            "outage", "power", ("全屋", "半边房间", "空调回路"), ("突然停电", "跳闸推不上去", "没有电", "电压不稳灯一闪一闪")
        ),
    ),
    (1, Trouble("outage", "water", ("全屋", "热水", "二次供水"), ("突然停水", "水压低得出不来", "水发黄停用"))),
    (
        1,
        Trouble(
            "danger", "doors", ("吊顶石膏板", "窗扇", "玻璃推拉门", "晾衣架"), ("松动快要掉下来", "裂开随时会落", "脱轨砸到人")
        ),
    ),
    (1, Trouble("danger", "power", ("插座", "配电箱", "浴霸"), ("冒火花", "有焦糊味", "漏电手麻"))),
    (8, Trouble("fault", "water", ("水龙头", "马桶", "角阀", "地漏", "花洒", "洗脸盆下水", "洗碗池", "浴缸"), _PIPES)),
    (6, Trouble("fault", "power", ("吸顶灯", "射灯", "开关", "插座", "排气扇", "门铃", "网络面板", "感应灯"), _WIRES)),
    (6, Trouble("fault", "doors", ("门锁", "入户门", "窗户把手", "推拉窗", "柜门", "晾衣架", "防盗网", "纱窗"), _HINGES)),
)
_PUBLIC: Final = (
    ("楼道感应灯", "不亮", "power"), ("单元门禁", "刷卡没反应", "power"), ("消防栓", "渗水", "water"), ("绿化喷头", "断裂喷水", "water"),
    ("地砖", "翘起绊人", "doors"), ("单元门闭门器", "失灵", "doors"), ("车库卷帘门", "卡住", "doors"), ("电梯按钮", "按了没反应", "power"),
    ("儿童滑梯", "螺丝松动", "doors"), ("路灯", "整排不亮", "power"), ("雨水井盖", "响声大", "water"), ("公告栏玻璃", "碎了", "doors"),
)  # fmt: skip
_COMPLAINTS: Final = (
    ("service", "slight", "报修三天没人联系"), ("service", "slight", "前台电话一直占线"), ("service", "slight", "快递乱放挡住通道"),
    ("facility", "slight", "电梯又坏了，老人爬楼"), ("facility", "many_people", "地库积水，多辆车被泡"), ("facility", "slight", "夜里水泵噪声大睡不着"),
    ("facility", "slight", "健身房器材坏了两周没修"), ("fee", "slight", "停车费多收了一个月"), ("fee", "slight", "维修收费没有事先说明"),
    ("staff", "slight", "师傅态度生硬，说话冲"), ("staff", "slight", "保洁没做完就走了"), ("staff", "slight", "接待员答应回电没有回"),
    ("other", "slight", "楼上装修周末也敲墙"), ("other", "slight", "狗不牵绳没人管"), ("other", "slight", "有人在楼道抽烟堆物"),
    ("facility", "loss", "外墙渗水泡坏了地板"), ("service", "loss", "疏通下水弄坏了台盆"), ("other", "injury", "湿滑没有警示牌摔伤了手"),
)  # fmt: skip
_NEWS: Final = (
    "巡楼看到顶楼消防门没关", "业主问车位年底能不能续租", "有租户反映垃圾桶不够用", "业主委员会想借会议室开会", "门岗登记本用完了",
    "住户建议在儿童乐园加遮阳", "发现 B1 车库有一处渗水痕迹", "外卖车停在单元门口挡路", "住户捡到一串钥匙交到前台", "有人打听装修要办什么手续",
    "泳池开放时间贴错了", "北门快递柜格口常满", "住户说门禁卡消磁要换", "走廊摆放的绿植枯了几盆", "住户希望多放一次电影",
)  # fmt: skip
ANSWERS: Final = ("已安排师傅马上上门，请先关好总阀或总闸。", "已登记，师傅按约定的时间上门，出发前会来电。")  # at once, by visit
FINDINGS: Final = (
    "密封圈老化",
    "接头松动",
    "线路接触不良",
    "阀芯磨损",
    "螺丝滑丝",
    "下水管有异物",
    "开关触点烧蚀",
    "铰链变形",
    "滤网堵塞",
)
RESULTS: Final = (
    "已更换配件，试用正常",
    "已疏通，排水正常",
    "已紧固并试用",
    "已更换阀芯，无渗漏",
    "已重新接线，通电正常",
    "已调整校正，开合正常",
)
PLANS: Final = (
    "先到现场核实，再约当事人说明",
    "联系工程部查明原因，今天给客户答复",
    "调取记录核对，协商补救",
    "安排专人跟进到解决为止",
)
CAUSES: Final = ("交接班漏登，没有派单", "设备老化，备件未到", "收费单录入有误", "沟通不到位", "现场管理不严")
SETTLED: Final = ("已道歉并补救，客户接受", "已修复并加强巡查", "已退还多收费用", "已调整排班，专人负责", "已更换设备，恢复使用")
VISITS: Final = ("上门走访，客户表示满意", "电话约好后走访，事情已落实", "走访时没有新问题", "走访，客户感谢及时处理")


def in_home(chance: random.Random, kind: str = "") -> tuple[str, Trouble]:
    """Return what somebody says of their home, and what kind of trouble that is."""
    chosen = [(n, t) for n, t in _TROUBLES if kind in ("", t.kind)]
    trouble = chance.choices([t for _, t in chosen], [n for n, _ in chosen])[0]
    room = "" if trouble.things[0] == "全屋" else chance.choice(_ROOMS)
    return f"{room}{chance.choice(trouble.things)}{chance.choice(trouble.signs)}{chance.choice(_WISHES)}", trouble


def in_public(chance: random.Random) -> tuple[str, str]:
    """Return what somebody says of a common part, and the skill it wants."""
    thing, sign, skill = chance.choice(_PUBLIC)
    return f"{thing}{sign}{chance.choice(('', '，请尽快处理', '，已拉警戒', '，晚上看不见', '，好几天了'))}", skill


def complaint(chance: random.Random, *harms: str) -> tuple[str, str, str]:
    """Return what somebody complains about: the topic, the harm, the words."""
    topic, harm, words = chance.choice([c for c in _COMPLAINTS if not harms or c[1] in harms])
    return topic, harm, words + chance.choice(("", "，要求给个说法", "，已经说过两次", "，请今天回复", "，希望以后注意"))


def news(chance: random.Random) -> str:
    """Return what somebody of the staff has seen or heard."""
    return chance.choice(_NEWS) + chance.choice(("", "，请安排", "，请转告", "，已拍照"))
