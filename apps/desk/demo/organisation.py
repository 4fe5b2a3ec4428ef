"""First chapter: the tree of units, the business lines, the calendar, the bodies and what they may decide."""

import random
from contextlib import suppress
from datetime import date, timedelta

from apps.core.search import index_all
from apps.core.verdict import Refused
from apps.desk.demo.bank import WAN, Bank, texts
from apps.desk.demo.diary import Diary
from apps.org.actions.calendar import load_holidays
from apps.org.models import Authority, Body, BusinessLine, Membership, Unit
from apps.review.actions import set_up_forum

Kind, Seat = Unit.Kind, Membership.Role
FOUNDED = date(2003, 6, 18)
BRANCH_DEPARTMENTS = ("计划财务部", "风险与合规部")
CONSULTED = {  # forum → departments of head office that are asked
    "experts": ("计划财务部", "信息科技部", "风险管理部", "消费者权益保护部"),
    "committee": (
        "计划财务部", "信息科技部", "风险管理部", "法律合规部", "消费者权益保护部", "运营管理部", "数据管理部",
    ),
}  # fmt: skip


def found_bank(seed: int, day: date, share: float) -> Bank:
    """The units and lines; the people come next."""
    for year in range(day.year - 3, day.year + 2):
        with suppress(Refused):  # a year whose holidays are not announced yet
            load_holidays(year, by=None)
    units = grow_tree(random.Random(f"{seed}/tree"))
    lines = {}
    for order, (name, department) in enumerate(texts("organisation")["lines"].items(), 1):
        lines[name] = BusinessLine.objects.create(
            code=f"L{order:02d}", name=name, order=order, department=units[department]
        )
    return Bank(seed, day, units["总行"], units, lines, Diary(day, random.Random(f"{seed}/diary")), share)


def grow_tree(chance: random.Random) -> dict[str, Unit]:
    """Some five hundred units in one insert: name → unit."""
    words = texts("organisation")
    rows: list[Unit] = []

    def grow(parent, code, name, kind, short_name=""):
        depth = parent.depth + 1 if parent else 1
        number = parent.numchild + 1 if parent else 1
        if parent:
            parent.numchild += 1
        unit = Unit(
            path=Unit._get_path(parent.path if parent else "", depth, number), depth=depth, numchild=0,
            code=code, name=name, short_name=short_name, kind=kind, opened_on=FOUNDED,
        )  # fmt: skip
        rows.append(unit)
        return unit

    root = grow(None, "HO", "总行", Kind.HEAD_OFFICE)
    grow(root, "D00", "创新办公室", Kind.DIVISION)
    for number, name in enumerate(words["departments"], 1):
        department = grow(root, f"D{number:02d}", name, Kind.DEPARTMENT)
        for place, division in enumerate(words["divisions"].get(name, ()), 1):
            grow(department, f"D{number:02d}{place}", division, Kind.DIVISION)
    grow(root, "S01", "信用卡中心", Kind.SPECIALISED)
    grow(root, "T01", "衡江理财有限责任公司", Kind.SUBSIDIARY, "衡江理财")
    grow(root, "T02", "衡江金融科技有限公司", Kind.SUBSIDIARY, "衡江金科")
    towns = [a + b for a in words["town_first"] for b in words["town_second"]]
    chance.shuffle(towns)
    second = iter(towns)
    for number, name in enumerate(words["branches"], 1):
        branch = grow(root, f"B{number:02d}", f"{name}分行", Kind.BRANCH, name)
        for place, department in enumerate(BRANCH_DEPARTMENTS, 1):
            grow(branch, f"B{number:02d}D{place}", f"{name}分行{department}", Kind.DEPARTMENT, department)
        places = [*words["places"][:3], chance.choice(words["places"][3:])]
        for place, side in enumerate(places, 1):
            grow(branch, f"B{number:02d}{place:02d}", f"{name}{side}支行", Kind.SUB_BRANCH)
        for seat in range(1, 3 if number <= 24 else 2):
            town = next(second)
            lower = grow(branch, f"B{number:02d}E{seat}", f"{name}{town}分行", Kind.SECOND_LEVEL_BRANCH, town)
            for place, side in enumerate(
                chance.sample(words["town_places"], 3 if chance.random() < 0.6 else 2), 1
            ):
                grow(lower, f"B{number:02d}E{seat}{place:02d}", f"{town}{side}支行", Kind.SUB_BRANCH)
    Unit.objects.bulk_create(rows)
    index_all(rows)
    return {unit.name: unit for unit in rows}


def set_up_bodies(bank: Bank) -> None:
    """The committee of thirteen, the office, the expert meeting, the president's meeting and a group in each branch, each
    with its right to decide; and the year's authority table."""
    user, root, term = bank.users, bank.root, bank.day - timedelta(days=880)

    def body(kind, name, unit, chair, members, secretary=None):
        row = Body.objects.create(
            kind=kind, name=name, unit=unit, term_starts=term, term_ends=term + timedelta(days=3 * 365)
        )
        seats = [(chair, Seat.CHAIR), *((member, Seat.MEMBER) for member in members)]
        seats += [(secretary, Seat.SECRETARY)] if secretary else []
        Membership.objects.bulk_create(
            Membership(body=row, person=sits.person, role=role, starts=term) for sits, role in seats
        )
        return row

    members = [user[f"member{number}"] for number in range(1, 14)]
    office = [user["secretary"], user["officer"], *(user[f"officer{n}"] for n in range(2, 7))]
    body(Body.Kind.OFFICE, "创新办公室", root, office[0], office[1:])
    experts = body(
        Body.Kind.COMMITTEE, "创新专家评审会", root, members[3],
        [bank.officers[bank.units[name].pk] for name in texts("organisation")["expert_meeting"]], user["secretary"],
    )  # fmt: skip
    committee = body(Body.Kind.COMMITTEE, "创新委员会", root, members[0], members[1:], user["secretary"])
    presidents = [user[f"president{n}"] for n in range(1, 7)]
    president = body(
        Body.Kind.COMMITTEE,
        "行长办公会",
        root,
        presidents[0],
        [members[0], *presidents[1:]],
        user["secretary"],
    )

    def asked(forum):
        return [bank.units[name] for name in CONSULTED[forum]]

    secretary = user["secretary"]
    bank.forums["experts"] = set_up_forum(
        by=secretary, body=experts, name="总行创新专家评审会", kind="committee", series="创新评纪", up_to_fen=500 * WAN,
        consulted=asked("experts"),
    )  # fmt: skip
    bank.forums["committee"] = set_up_forum(
        by=secretary, body=committee, name="总行创新委员会", kind="committee", series="创新委纪", up_to_fen=2000 * WAN,
        decides_cross_branch=True, decides_first_in_industry=True, consulted=asked("committee"),
    )  # fmt: skip
    bank.forums["president"] = set_up_forum(
        by=secretary, body=president, name="行长办公会", kind="committee", series="行办纪", decides_cross_branch=True,
        decides_first_in_industry=True, consulted=asked("committee"),
    )  # fmt: skip
    for branch in bank.branches:
        group = body(
            Body.Kind.WORKING_GROUP, f"{branch.unit}创新专项工作组", branch.unit, branch.lead, branch.members[1:],
            branch.members[0],
        )  # fmt: skip
        branch.forum = set_up_forum(
            by=secretary, body=group, name=f"{branch.unit}专项工作组", kind="branch_group", up_to_fen=50 * WAN,
            series=f"{branch.unit.short_name}创新纪",
            consulted=[bank.units[f"{branch.unit}{name}"] for name in BRANCH_DEPARTMENTS],
        )  # fmt: skip
    give_authority(bank, term)


def give_authority(bank: Bank, starts: date) -> None:
    """The authority table: 50, 500 and 2,000 (in ten thousands of yuan)."""
    letter = f"衡银授〔{starts.year}〕1号"
    lines = [("project", "group_lead", branch.unit, 50) for branch in bank.branches]
    lines += [
        ("project", "innovation_secretary", bank.root, 500),
        ("project", "committee_member", bank.root, 2000),
        ("funds", "approver", bank.root, 2000),
    ]
    Authority.objects.bulk_create(
        Authority(kind=kind, role=role, unit=unit, up_to_fen=wan * WAN, starts=starts, document=letter)
        for kind, role, unit, wan in lines
    )
