"""Second chapter: the people, their posts, and an account for each of those who act.

Some thirteen hundred people in a handful of inserts. One password is hashed once and given to all: nobody but the visitors
of a demo signs in here.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.hashers import make_password

from apps.core import clock
from apps.core.search import index_all
from apps.desk.demo.bank import Bank, Branch, Counter, texts
from apps.desk.demo.organisation import BRANCH_DEPARTMENTS
from apps.org.actions.engagement import ask_audit
from apps.org.actions.reorganisation import ask_reorganisation, plan_reorganisation
from apps.org.actions.request import approve_request
from apps.org.models import Person, Post, Unit, User

PASSWORD = "silun-demo-2026"
BRANCH_OF_LEAD, BRANCH_OF_LEAD_2 = 0, 1  # whose people have the plain account names, and those with a 2
ACCOUNTS = [  # account, role, where (head office unless said), what the journey asks of it
    ("secretary", "innovation_secretary", "总行", "编发周报、开评审批次、组织会议与表决、印发纪要"),
    ("officer", "innovation_officer", "总行", "整理创新动态、代部门提出总行项目"),
    ("approver", "approver", "总行", "按授权书审批额度（2,000 万元以内）"),
    ("fund", "fund_manager", "总行", "编制资源安排方案、求解、发起额度申请"),
    ("finance", "finance_officer", "总行", "确认额度申请"),
    ("talent", "talent_manager", "总行", "人才档案、手工积分申请"),
    ("reviewer", "reviewer", "总行", "申报利益冲突、评分"),
    ("consulted", "department_officer", "计划财务部", "出具会签意见"),
    ("lead", "group_lead", "江州分行", "分行线索、项目、评审与承接"),
    ("member", "group_member", "江州分行", "报送动态、调研、项目经理"),
    ("head", "unit_head", "江州分行", "签批立项申报"),
    ("liaison", "liaison", "江州城东支行", "手机上报线索、看进展、得积分"),
    ("lead2", "group_lead", "云岭分行", "承接或谢绝推广产品"),
    ("groupmember2", "group_member", "云岭分行", "另一家分行的工作组成员"),
    ("head2", "unit_head", "云岭分行", "另一家分行的负责人"),
    ("liaison2", "liaison", "云岭城东支行", "另一家分行的联系人"),
    ("consulted2", "department_officer", "消费者权益保护部", "出具会签意见（有条件同意）"),
    ("consulted3", "department_officer", "信息科技部", "出具会签意见、排期"),
    ("reviewer2", "reviewer", "总行", "第二位评审专家"),
    ("expert", "reviewer", "总行", "行外专家，有账号"),
    ("member1", "committee_member", "总行", "创新委员会主任委员（副行长）"),
    ("member2", "committee_member", "总行", "委员，至 member13，均为部门负责人"),
    ("sysadmin", "system_admin", "总行", "机构、人员、参数、作业"),
    ("secadmin", "security_admin", "总行", "审批任职"),
    ("auditadmin", "audit_admin", "总行", "查看审计日志"),
    ("auditor", "auditor", "总行", "内部审计，只读"),
]


@dataclass
class Register:
    """Who is to be made: people, accounts and posts, gathered first and inserted at once."""

    names: Iterator[str]
    people: list[Person] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    hashed: str = field(default_factory=lambda: make_password(PASSWORD))

    def hire(self, unit: Unit, account: str = "") -> User:
        """Somebody new, with an account of this name, or of the employee number."""
        number = f"E{len(self.people) + 10001}"
        person = Person(name=next(self.names), employee_no=number, unit=unit)
        self.people.append(person)
        return self.account(person, account or number.lower())

    def account(self, person: Person, name: str) -> User:
        user = User(username=name, password=self.hashed, person=person, date_joined=clock.now())
        self.users.append(user)
        return user

    def post(self, user: User, unit: Unit, role: str, starts, **more) -> None:
        self.posts.append(Post(person=user.person, unit=unit, role=role, starts=starts, **more))

    def save(self) -> None:
        Person.objects.bulk_create(self.people)
        index_all(self.people)
        for user in self.users:
            user.person = user.person  # takes the id it has by now
        User.objects.bulk_create(self.users)
        for post in self.posts:
            post.person, post.deputy = post.person, post.deputy
        Post.objects.bulk_create(self.posts)


def names(chance: random.Random) -> Iterator[str]:
    """Names of people, none twice; one in nine has one character after the surname."""
    words, given = texts("organisation"), set()
    while True:
        first, second = chance.choice(words["given_first"]), chance.choice(words["given_second"])
        name = chance.choice(words["surnames"]) + (second if chance.random() < 0.11 else first + second)
        if name not in given and first != second:
            given.add(name)
            yield name


def hire_everybody(bank: Bank) -> None:
    """Head office, the branches with their groups, the liaisons, and those who review."""
    chance = bank.chance("people")
    register = Register(names(chance))
    since = bank.day - timedelta(days=900)
    head_office(bank, register, since)
    for number, unit in enumerate(unit for unit in bank.units.values() if unit.kind == Unit.Kind.BRANCH):
        bank.branches.append(branch_people(bank, register, number, unit, since, chance))
    reviewers(bank, register, since, chance)
    register.save()
    bank.know(register.users)


def plan(bank: Bank) -> None:
    bank.diary.begin(an_audit(bank), 24)
    bank.diary.begin(a_merger(bank), 4)


def an_audit(bank: Bank):
    """The internal audit of these months: by its letter, asked for by one administrator and approved by another."""
    today = clock.today()
    request = ask_audit(
        bank.users["auditor"].person,
        bank.root,
        by=bank.users["auditadmin"],
        reference=f"衡银审通〔{today.year}〕17号",
        purpose="创新资金使用与项目后评价专项审计",
        starts=today,
        ends=today + timedelta(days=120),
    )
    yield timedelta(hours=3)
    approve_request(request, by=bank.users["secadmin"], seen=request.payload_hash)


def a_merger(bank: Bank):
    """Two sub-branches that are to become one: planned by one administrator, and it waits for the other."""
    *_others, branch = (branch for branch in bank.branches if len(branch.counters) > 1)
    first, second, *_more = branch.counters
    merger = plan_reorganisation(
        second.unit, "merge", by=bank.users["sysadmin"], other=first.unit,
        reason="两网点相距不足八百米，合并后腾出的人员充实县域网点", document=f"衡银人发〔{clock.today().year}〕86号",
    )  # fmt: skip
    yield timedelta(hours=2)
    ask_reorganisation(merger, by=bank.users["sysadmin"])


def head_office(bank: Bank, register: Register, since) -> None:
    office = bank.units["创新办公室"]

    def at_root(account, role, unit=bank.root):
        user = bank.users[account] = register.hire(unit, account)
        register.post(user, bank.root, role, since)
        return user

    at_root("secretary", "innovation_secretary", office)
    for account in ("officer", *(f"officer{n}" for n in range(2, 7))):
        at_root(account, "innovation_officer", office)
    money = [("approver", "approver", "总行"), ("fund", "fund_manager", "计划财务部"), ("finance", "finance_officer", "计划财务部")]  # fmt: skip
    administrators = [
        ("sysadmin", "system_admin"),
        ("secadmin", "security_admin"),
        ("auditadmin", "audit_admin"),
    ]
    for account, role, unit in [
        *money,
        ("talent", "talent_manager", "人力资源部"),
    ]:
        at_root(account, role, bank.units[unit])
    for account, role in administrators:
        at_root(account, role, bank.units["信息科技部"])
    bank.users["auditor"] = register.hire(bank.units["审计部"], "auditor")
    register.post(bank.users["auditor"], bank.units["审计部"], "staff", since)
    for number in range(1, 7):
        at_root(f"president{number}", "committee_member")
    at_root("member1", "committee_member")
    departments = [
        unit for unit in bank.units.values() if unit.kind == Unit.Kind.DEPARTMENT and unit.depth == 2
    ]
    # The heads of these departments are the committee's other twelve members.
    seated = iter(f"member{number}" for number in range(2, 14))
    plain = {"计划财务部": "consulted", "消费者权益保护部": "consulted2", "信息科技部": "consulted3"}
    others = [bank.units[name] for name in ("信用卡中心", "衡江理财有限责任公司", "衡江金融科技有限公司")]
    sits = texts("organisation")["committee"]
    for unit in [*departments, *others]:
        account = next(seated) if unit.name in sits else ""
        head = register.hire(unit, account)
        register.post(head, unit, "unit_head", since)
        bank.heads[unit.pk] = head
        if account:
            bank.users[account] = head
            register.post(head, bank.root, "committee_member", since)
        officer = register.hire(unit, plain.get(unit.name, ""))
        bank.users[officer.username] = officer
        register.post(officer, unit, "department_officer", since)
        bank.officers[unit.pk] = officer
        bank.seconds[unit.pk] = register.hire(unit)
        register.post(bank.seconds[unit.pk], unit, "department_officer", since)


def branch_people(bank: Bank, register: Register, number: int, unit: Unit, since, chance) -> Branch:
    """Its head, a group of five to nine with one full-time, its two departments, and its sub-branches."""
    plain = {BRANCH_OF_LEAD: ("head", "lead", "member"), BRANCH_OF_LEAD_2: ("head2", "lead2", "groupmember2")}
    accounts = plain.get(number, ("", "", ""))
    head, lead = register.hire(unit, accounts[0]), register.hire(unit, accounts[1])
    register.post(head, unit, "unit_head", since)
    register.post(lead, unit, "group_lead", since, full_time=False)
    branch = Branch(unit, head, lead)
    bank.heads[unit.pk] = head
    for place in range(chance.randint(5, 8)):
        member = register.hire(unit, accounts[2] if place == 1 else "")
        register.post(member, unit, "group_member", since, full_time=place == 0)
        branch.members.append(member)
    for name in BRANCH_DEPARTMENTS:
        department = bank.units[f"{unit}{name}"]
        officer = register.hire(department)
        register.post(officer, department, "department_officer", since)
        bank.officers[department.pk] = officer
    for lower in bank.units.values():
        if not lower.is_under(unit) or lower.kind not in (
            Unit.Kind.SUB_BRANCH,
            Unit.Kind.SECOND_LEVEL_BRANCH,
        ):
            continue
        boss = register.hire(lower)
        register.post(boss, lower, "unit_head", since)
        bank.heads[lower.pk] = boss
        if lower.kind == Unit.Kind.SUB_BRANCH:
            branch.counters.append(counter(bank, register, lower, boss, since, chance))
    for user in (head, lead, *branch.members):
        bank.users[user.username] = user
    return branch


def counter(bank: Bank, register: Register, unit: Unit, boss: User, since, chance) -> Counter:
    """A sub-branch: most have a liaison, part-time as a rule, some with a deputy; three in ten change each year."""
    account = {"江州城东支行": "liaison", "云岭城东支行": "liaison2"}.get(unit.name, "")
    if not account and chance.random() < 0.06:
        return Counter(unit, boss)  # nobody yet
    place = Counter(unit, boss)
    first = since
    for began in changes(bank, since, chance) if not account else ():
        before = register.hire(unit)
        register.post(before, unit, "liaison", first, ends=began - timedelta(days=1), full_time=False)
        register.post(before, unit, "staff", began)
        place.liaisons.append((first, before))
        first = began
    liaison = register.hire(unit, account)
    bank.users[liaison.username] = liaison
    deputy = register.hire(unit) if account or chance.random() < 0.35 else None
    if deputy:
        register.post(deputy, unit, "staff", since)
    register.post(
        liaison, unit, "liaison", first, full_time=not account and chance.random() < 0.15,
        deputy=deputy.person if deputy else None,
    )  # fmt: skip
    place.liaisons.append((first, liaison))
    return place


def changes(bank: Bank, since, chance) -> list:
    """The days on which a sub-branch got another liaison: in each of the two years three in ten do."""
    return [
        bank.day - timedelta(days=chance.randint(low, low + 330))
        for low in (375, 20)
        if chance.random() < 0.3
    ]


def reviewers(bank: Bank, register: Register, since, chance) -> None:
    """Forty outside experts, of whom a dozen have accounts, and some 180 colleagues who review beside their own work."""
    words = texts("organisation")
    for number in range(40):
        person = Person(
            name=next(register.names),
            inside=False,
            organisation=words["outside"][number % len(words["outside"])],
        )
        register.people.append(person)
        bank.experts.append(person)
        if number < 12:
            user = register.account(person, "expert" if number == 0 else f"expert{number + 1}")
            bank.users[user.username] = user
            bank.reviewers.append(user)
            register.post(user, bank.root, "reviewer", since)
        else:
            register.posts.append(Post(person=person, unit=bank.root, role="reviewer", starts=since))
    inside = [
        register.hire(bank.units["投资银行部"], "reviewer"),
        register.hire(bank.units["信息科技部"], "reviewer2"),
    ]
    for user in inside:
        bank.users[user.username] = user
    inside += list(bank.seconds.values())
    inside += [member for branch in bank.branches[2:] for member in branch.members]
    for user in inside[:180]:
        register.post(user, bank.root, "reviewer", since)
    bank.reviewers = inside[:2] + bank.reviewers[:1] + inside[2:60] + bank.reviewers[1:]
