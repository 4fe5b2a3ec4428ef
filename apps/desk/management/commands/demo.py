"""A first demo bank: an organisation with an account for every role, and things in several states, made by the same
actions as in life with the clock set back. Invented throughout. Refused in production."""

import random
from datetime import date, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from apps.core import clock
from apps.core.jobs import drain
from apps.core.sealing import seal_all
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    conclude,
    draft_item,
    file_item,
    file_opportunity,
    open_issue,
    publish_issue,
    start_investigation,
    start_report,
)
from apps.insight.models.opportunity import QUESTIONS
from apps.org.models import Authority, Body, BusinessLine, Membership, Person, Post, Unit, User
from apps.projects.actions import (
    give_estimate,
    propose_project,
    set_milestones,
    set_team,
    sign_project,
    submit_project,
)
from apps.review.actions import set_up_forum

PASSWORD = "silun-demo-2026"
WAN = 10_000 * 100
BRANCHES = ["江州", "云岭", "海桥", "东陵", "北川", "平湖", "青浦湾", "南屏", "临港新区", "长汀"]
DEPARTMENTS = [
    "计划财务部",
    "信息科技部",
    "风险管理部",
    "法律合规部",
    "消费者权益保护部",
    "网络金融部",
    "普惠金融部",
]
LINES = [
    "零售",
    "财富",
    "公司",
    "普惠",
    "科创",
    "绿色",
    "养老",
    "跨境",
    "交易银行",
    "网络金融",
    "运营",
    "风险",
]
SURNAMES, GIVEN = (
    "林陈周沈顾陆苏何许韩江范",
    ["知远", "晓岚", "以宁", "砚秋", "景行", "若溪", "明哲", "书瑶", "承泽", "嘉禾"],
)
ITEMS = [
    ("海桥银行上线供应链票据秒贴", "peer_move", "客户从申请到放款平均三分钟，首月服务上游小微企业八百余户。"),
    ("某支付平台推出门店经营分析", "business", "以交易流水为商户生成经营日报，并据此给出授信额度。"),
    ("监管部门就科技金融征求意见", "regulation", "征求意见稿提出完善科创企业信贷评价和尽职免责安排。"),
    ("同业数字人民币预付卡资金监管落地", "product", "预付资金进入监管钱包，按消费进度划拨，退款当日到账。"),
    ("县域农批市场收单与经营贷一体化案例获奖", "award_case", "以收单数据核定额度，不良率低于同类产品。"),
]
TITLES = [
    "烟草零售户“订烟贷”线上化", "县域农批市场商户收单与经营贷一体化", "基于税票流水的科创企业“研发贷”",
    "跨境电商平台收结汇API直连", "物业维修资金监管数字化", "医保移动支付与“先诊后付”", "供应链票据秒贴",
    "对公开户远程视频核实", "网点厅堂智能填单", "养老金账户一站式服务", "光伏贷贷后卫星遥感监测", "代发企业“薪管家”",
]  # fmt: skip
ACCOUNTS = [  # account, role, where ("" = head office, a department, or the first branch)
    ("secretary", "innovation_secretary", ""),
    ("officer", "innovation_officer", ""),
    ("approver", "approver", ""),
    ("fund", "fund_manager", ""),
    ("finance", "finance_officer", ""),
    ("talent", "talent_manager", ""),
    ("reviewer", "reviewer", ""),
    ("consulted", "department_officer", "计划财务部"),
    ("lead", "group_lead", "江州分行"),
    ("member", "group_member", "江州分行"),
    ("head", "unit_head", "江州分行"),
    ("liaison", "liaison", "江州城东支行"),
    ("sysadmin", "system_admin", ""),
    ("secadmin", "security_admin", ""),
    ("auditadmin", "audit_admin", ""),
    ("auditor", "auditor", ""),
]


class Command(BaseCommand):
    help = "Make the demo bank, once; --accounts prints its accounts."

    def add_arguments(self, parser):
        parser.add_argument(
            "--accounts", action="store_true", help="print the demo accounts and do nothing else"
        )
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *, accounts, seed, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo bank is refused in production.")
        if not accounts:
            if Unit.objects.exists():
                raise CommandError("There is a bank already; the demo is made in an empty database.")
            with transaction.atomic():
                make_bank(random.Random(seed))
            drain()
            seal_all()
        self.stdout.write(f"Demo accounts (password {PASSWORD}):")
        for name, role, where in ACCOUNTS:
            self.stdout.write(f"  {name:<11} {dict(Post._meta.get_field('role').flatchoices)[role]} {where}")


def make_bank(chance: random.Random) -> None:
    """The organisation, then half a year of what goes on in it."""
    root = Unit.objects.add_root({"code": "HO", "name": "总行", "kind": Unit.Kind.HEAD_OFFICE})
    for number, name in enumerate(DEPARTMENTS, 1):
        below(root, f"D{number:02d}", name, Unit.Kind.DEPARTMENT)
    for number, name in enumerate(BRANCHES, 1):
        branch = below(root, f"B{number:02d}", f"{name}分行", Unit.Kind.BRANCH)
        for place, side in enumerate(("城东", "古城", "开发区"), 1):
            below(branch, f"B{number:02d}{place}", f"{name}{side}支行", Unit.Kind.SUB_BRANCH)
    for order, name in enumerate(LINES):
        BusinessLine.objects.create(code=f"L{order:02d}", name=name, order=order)
    units = {unit.name: unit for unit in Unit.objects.all()}
    users = {name: account(name, role, units[where or "总行"], chance) for name, role, where in ACCOUNTS}
    for number, branch in enumerate(BRANCHES[1:], 2):
        account(f"lead{number:02d}", "group_lead", units[f"{branch}分行"], chance)
    committee(root, users, units, chance)
    with clock.at(timezone.now() - timedelta(days=60)):
        insight(root, users, units, chance)
    lines = list(BusinessLine.objects.all())
    for number, title in enumerate(TITLES):
        with clock.at(timezone.now() - timedelta(days=50 - 3 * number)):
            flow(title, number, users, units, lines[number % len(lines)], chance)


def below(parent, code, name, kind):
    return Unit.objects.add_child(Unit.objects.get(pk=parent.pk), {"code": code, "name": name, "kind": kind})


def account(name, role, unit, chance) -> User:
    number = Person.objects.count() + 1
    person = Person.objects.create(
        name=chance.choice(SURNAMES) + chance.choice(GIVEN), employee_no=f"E{number:05d}", unit=unit
    )
    user = User(username=name, person=person)
    user.set_password(PASSWORD)
    user.save()
    Post.objects.create(person=person, unit=unit, role=role, starts=date(2024, 1, 1))
    return user


def committee(root, users, units, chance):
    body = Body.objects.create(
        kind=Body.Kind.COMMITTEE, name="创新委员会", unit=root, term_starts=date(2024, 1, 1)
    )
    for number in range(9):
        member = account(f"member{number + 1}", "committee_member", root, chance)
        role = Membership.Role.MEMBER if number else Membership.Role.CHAIR
        Membership.objects.create(body=body, person=member.person, role=role, starts=date(2024, 1, 1))
    set_up_forum(
        by=users["secretary"], body=body, name="总行创新委员会", kind="committee", decides_cross_branch=True,
        decides_first_in_industry=True, consulted=[units["计划财务部"], units["信息科技部"]],
    )  # fmt: skip
    Authority.objects.create(
        kind="funds", role="approver", unit=root, up_to_fen=2000 * WAN, starts=date(2024, 1, 1)
    )


def insight(root, users, units, chance):
    lines = list(BusinessLine.objects.all())
    items = []
    for title, category, text in ITEMS:
        values = {
            "title": title,
            "body": text,
            "category": category,
            "source_name": "金融时讯",
            "published_on": clock.today(),
        }
        item = draft_item(values, by=users["member"], unit=units["江州分行"], line=chance.choice(lines))
        items.append(file_item(item, by=users["member"]))
    report = start_report(by=users["secretary"], kind="weekly", name="创新动态周报", unit=root)
    issue = open_issue(report, by=users["secretary"])
    for item in items[:4]:
        add_to_issue(issue, item, by=users["secretary"])
    address_issue(issue, by=users["secretary"], units=[(units["江州分行"], True), (units["云岭分行"], True)])
    publish_issue(issue, by=users["secretary"])


def flow(title, number, users, units, line, chance):
    """An opportunity as far as its number takes it: filed, investigated, concluded, proposed, submitted, signed."""
    lead = users["lead"]
    opportunity = file_opportunity(
        by=users["liaison"], unit=units["江州城东支行"], title=title, scene="辖内客户集中办理，高峰时段排队",
        pain="材料多、来回跑、等待久", idea=f"{title}，客户自助完成，系统自动审核", contact_allowed=True, line=line,
    )  # fmt: skip
    if number % 6 == 0:
        return
    start_investigation(opportunity, by=lead)
    if number % 6 == 1:
        return
    ends = "hold" if number % 6 == 2 else "take_up"
    answers = dict.fromkeys(QUESTIONS, "已走访二十户，需求真实；同业两家已上线，合规要求明确。")
    conclude(opportunity, by=lead, answers=answers, conclusion=ends, reason="客群明确，见调研记录")
    if ends == "hold":
        return
    project = propose_project(
        by=lead, unit=units["江州分行"], title=title, goal="办理时间由三天缩短到十分钟", opportunity=opportunity,
        manager=users["member"].person, approach="先在两家支行试点，再全辖推广", risks="数据接口排期、客户授权",
    )  # fmt: skip
    asked = chance.randint(30, 300) * WAN
    technology = asked * 7 // 10
    give_estimate(
        project, by=lead, costs_fen=[asked, asked // 10, asked // 10, asked // 10], probability_bp=7000,
        benefits_fen=[0, asked * 6 // 10, asked * 8 // 10, asked * 8 // 10], basis="辖内客户数与同业成效",
        options=[{"level": "full", "technology_fen": technology, "marketing_fen": asked - technology}],
    )  # fmt: skip
    stages = {stage.code: stage for stage in project.process_version.stages.all()}
    build, pilot = clock.today() + timedelta(days=60), clock.today() + timedelta(days=120)
    plan = [("完成系统开发与联调", "build", build), ("两家支行试点达标", "pilot", pilot)]
    set_milestones(project, [{"name": n, "stage": stages[s], "due_on": d} for n, s, d in plan], by=lead)
    set_team(project, [{"person": users["member"].person, "part": "business", "share_percent": 50}], by=lead)
    if number % 6 == 3:
        return
    submit_project(project, by=lead)
    if number % 6 == 5:
        sign_project(project, by=users["head"])
