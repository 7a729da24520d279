"""What the desk of the demo company looks up: articles drafted by its people and published by the head of the service centre.

One is still a draft, one runs out soon, one was taken back: as a library is. Run again it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from shouwen.cases.acting import act_many
from shouwen.ops.cast import SINCE, Cast
from shouwen.policy.act import Act, Opening, Ref
from shouwen.policy.law import Law
from shouwen.policy.ruling import Ruling
from shouwen.registers.models import Record

NOUN: Final = "article"
# title: what it is about, what it says, for how many days from now it holds (0: still a draft; less: taken back)
ARTICLES: Final[Mapping[str, tuple[str, str, int]]] = {
    "装修要办哪些手续": ("装修", "业主带身份证和装修方案到前台登记，填装修申请，交装修押金 2000 元，三个工作日内审批，领施工证后开工。工人凭临时出入证进出。", 300),
    "装修垃圾怎么清运": ("装修", "装袋后放到各楼指定堆放点，由装修公司联系清运，每车 180 元；不得倒入生活垃圾桶，不得堆在楼道。", 240),
    "装修可以施工的时间": ("装修", "工作日 8:00 至 12:00、14:00 至 18:00。周末和法定节假日不做有噪声的施工。", 300),
    "装修押金怎么退": ("装修", "完工后申请验收，验收合格满三个月没有渗漏等问题的，凭收据到前台退，七个工作日到账。", 210),
    "物业费怎么交": ("物业费", "每季度第一个月交当季。可到前台刷卡，或银行转账，转账请写房号。次月起可开发票。", 330),
    "发票怎么开": ("物业费", "交费后凭收据到前台开电子发票，报抬头和税号，当日发到邮箱。补开一年内的，请带身份证。", 330),
    "停车月卡怎么办": ("停车", "带行驶证和房产证（租客带租赁合同）到前台办理。地下固定车位每月 350 元，地面每月 150 元，先到先得。", 180),
    "访客车辆怎么进": ("停车", "业主电话告知前台或在门岗登记车牌，两小时内免费，超过的每小时 5 元，每天最多 30 元。", 180),
    "电梯困人怎么办": ("电梯", "请客户按轿厢警铃，不要扒门。前台立即通知监控和维保，维保三十分钟内到场；前台每五分钟与被困人通话一次。", 365),
    "停水停电去哪里看通知": ("水电", "计划停水停电至少提前一天贴在单元门和电梯里，并在业主群告知。突然停的，先查是否欠费或跳闸，再报修。", 365),
    "家里跳闸怎么处理": ("水电", "请客户拔掉电器再合闸；合不上或合上又跳的，按报修受理。公共电表箱不要自己打开。", 365),
    "燃气泄漏怎么处理": ("燃气", "请客户立即关总阀、开窗、离开，不要开关电器和打电话，到室外再打燃气公司抢修电话；同时按紧急报修受理。", 365),
    "空调外机装在哪里": ("空调", "装在设计的机位，不得装在外墙其他位置。冷凝水须接入排水管。移机请有高空作业证的人员办理。", 270),
    "宠物登记和遛狗": ("宠物", "养犬请先到派出所办证，再到前台登记。遛狗须牵绳，每日 7:00 前、19:00 后为宜，儿童乐园不得带入。", 270),
    "快递和外卖怎么送": ("出入", "快递放东门快递柜，二十四小时内取。外卖员登记后可送到单元门口，二十二时后由业主到门岗取。", 12),
    "搬家要办什么": ("出入", "提前一天到前台登记，开放行条。大件走货梯，时间为 8:00 至 18:00。租客搬出须业主同意。", 240),
    "游泳池开放时间": ("会所", "今年泳池停用检修，恢复时间另行通知。", -1),
    "充电桩怎么申请": ("停车", "拟定：自有车位的业主凭车位证明到前台申请，由供电公司勘察；租用车位的须车位所有人同意。", 0),
}  # fmt: skip


def build(cast: Cast, law: Law, now: datetime) -> None:
    """Let the desk draft what it answers with, and the head of the service centre publish it, if the company's packs keep articles."""
    if NOUN not in law.nouns or Record.objects.filter(register=NOUN).exists():
        return
    began, keepers = SINCE + timedelta(days=2), (cast.li_na.pk, cast.chen_jie.pk, cast.su_min.pk)
    acts = [
        Act(
            "open", Ref("record", NOUN, 0), keeper := keepers[n % len(keepers)], began,
            {"title": title, "about": about, "body": body, "keeper": keeper}, opening=Opening(0),
        )
        for n, (title, (about, body, _)) in enumerate(ARTICLES.items())
    ]  # fmt: skip
    made = _all(act_many(acts, now=now))
    _all(act_many(list(_settled(made, cast.lin_yue.pk, now)), now=now))


def _settled(made: list[Ruling], by: int, now: datetime) -> Iterator[Act]:
    """Publish what is not a draft any longer, and take back what does not hold."""
    today, later = timezone.localdate(now), SINCE + timedelta(days=3)
    for ruling, (_, _, days) in zip(made, ARTICLES.values(), strict=True):
        if days:
            yield Act("publish", ruling.subject, by, later, {"valid_until": today + timedelta(days=abs(days))})
        if days < 0:
            yield Act("retire", ruling.subject, by, later + timedelta(days=1), {"retire_reason": "泳池停用"})


def _all(rulings: list[Ruling]) -> list[Ruling]:
    refused = next((r for r in rulings if not r.allowed), None)
    if refused is not None:
        raise ValueError(f"{NOUN}: {refused.text('en')}")
    return rulings
