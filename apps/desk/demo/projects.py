"""Fourth chapter: what the counters and the departments make of it. Each project is one story, from the opportunity to where it
stands today; what its forum, the fund and the branches do with it is told in the chapters after this one."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from apps.core import clock
from apps.core.jobs import drain
from apps.core.verdict import Refused
from apps.desk.demo import opinions, opportunities
from apps.desk.demo.bank import HISTORY, WAN, Bank, Branch, texts, theme_of
from apps.desk.demo.building import LATE, STOPPED, build
from apps.desk.demo.diary import Story, minutes
from apps.desk.demo.opinions import WAITING
from apps.desk.demo.review import RETURNED
from apps.insight.actions import follow_up
from apps.org.calendar import due_in
from apps.projects.actions import (
    give_estimate,
    hold_project,
    propose_project,
    set_milestones,
    set_team,
    sign_project,
    submit_project,
)
from apps.projects.models import Project

HELD, REJECTED, SENT_BACK, OPEN_NO, DRAFT, UNSIGNED = (
    "held",
    "reject",
    "sent back",
    "disagree",
    "draft",
    "unsigned",
)
FRESH = {
    UNSIGNED: 13,
    WAITING: 15,
    OPEN_NO: 21,
}  # began so many days ago, with a counter's opportunity before it a fortnight more
COUNTERS, DEPARTMENTS = 100, 42  # projects told
# Twenty in a hundred late, fifteen stopped, eight sent back by consumer protection or compliance, some refused or returned.
FATES = [LATE] * 8 + [STOPPED] * 8 + [SENT_BACK] * 3 + [REJECTED] * 6 + [RETURNED] * 2 + [HELD] + [""] * 14
AGES = [  # share of the projects → began so many days ago
    (0, HISTORY - 5), (0.36, 480), (0.66, 280), (0.84, 130), (0.93, 45), (1, 4),
]  # fmt: skip
FROM_NEWS = {  # topics that began with something read of others: what its title must say
    "供应链票据秒贴": "秒贴", "对公开户远程视频核实": "开户", "数字人民币预付卡资金监管": "预付资金", "跨境电商平台收结汇API直连": "跨境电商",
    "招标保函线上即时开立": "保函", "网点厅堂智能填单": "填单", "花卉拍卖市场货款T+0清算": "拍卖", "拍卖成交款分阶段解付": "拍卖",
    "个人养老金缴存提醒与税优测算": "个人养老金", "押品价值自动重估": "押品", "快递网点加盟商运费贷": "加盟商", "银发客群“亲情账户”": "亲情账户",
    "养老机构预收费存管": "养老机构", "粮食收储企业“粮仓码”": "粮仓码", "边民互市线上结算": "互市", "中小施工企业农民工专户代管": "农民工",
}  # fmt: skip
ADOPTED_FIRST = 3  # the oldest projects end well, so that something has come all the way


def plan(bank: Bank) -> None:
    """Begin the stories: the older the beginning, the further the project."""
    opportunities.plan(bank)
    waiting, asked = texts("flagship")["waiting"], texts("flagship")["opinions"]
    for sort, count in (("branches", COUNTERS), ("departments", DEPARTMENTS)):
        topics, count = _topics(bank, sort), bank.told(count)
        for number, topic in enumerate(topics[:count]):
            chance = bank.chance("plan", topic["title"])
            fated, ago = fate(bank, sort, number, count), begins(bank, number, count, chance)
            if topic["title"] in (waiting["title"], asked["title"]):
                fated, ago = "", {waiting["title"]: 320, asked["title"]: 150}[topic["title"]]
            if fated in FRESH:
                ago = FRESH[fated] + (14 if sort == "branches" else 0)
            if sort == "branches":
                at_home = number in (0, 1) or topic["title"] == waiting["title"]
                branch = bank.branches[0] if at_home else bank.some_branch(chance)
                bank.diary.begin(from_a_counter(bank, branch, topic, fated), ago)
            else:
                bank.diary.begin(of_a_department(bank, topic, fated, number), ago)


def _topics(bank: Bank, sort: str) -> list[dict]:
    """The first of the file come first; the others in the order of chance."""
    names = ("line", "theme", "title", "who", "scene", "pain", "idea")
    rows = [dict(zip(names, row, strict=True)) for row in texts("topics")[sort]]
    first, others = rows[:16], rows[16:]
    bank.chance("topics", sort).shuffle(others)
    return first + others


def begins(bank: Bank, number: int, count: int, chance) -> int:
    """Days ago."""
    share = number / max(1, count - 1)
    for (low, older), (high, younger) in pairwise(AGES):
        if share <= high:
            ago = round(older + (younger - older) * (share - low) / (high - low))
            return bank.diary.some_day(chance, ago + 4, max(2, ago - 2))
    raise ValueError(f"{number} of {count}")


def fate(bank: Bank, sort: str, number: int, count: int) -> str:
    """How it ends, where nothing else stops it; the youngest have only just begun."""
    if number < ADOPTED_FIRST:
        return ""
    if number >= count - 5:
        return (DRAFT, UNSIGNED, OPEN_NO, WAITING, DRAFT)[count - 1 - number]
    return bank.deal(f"fates {sort}", FATES)


# ── From a counter, or for a department ─────────────────────────────────────────────────────────────────────────


def from_a_counter(bank: Bank, branch: Branch, topic: dict, fated: str) -> Story:
    """Seen at a counter or read of others, investigated by the group, proposed by the branch."""
    chance = bank.chance("project", topic["title"])
    more = {}
    if (made := read_of_others(bank, branch, topic)) is not None:
        yield chance.randint(4, 12)
        more = {"follow_up": made}
    opportunity = opportunities.report_opportunity(bank, branch, topic, chance, **more)
    bank.forget(opportunity)
    yield chance.randint(1, 3)
    yield from opportunities.investigate(bank, branch, opportunity, topic, chance, "take_up")
    yield chance.randint(1, 6)
    manager = chance.choice(branch.members)
    if branch is bank.branches[0] and (
        chance.random() < 0.4 or topic["title"] == texts("flagship")["waiting"]["title"]
    ):
        manager = bank.users["member"]
    wan = chance.choice((6, 9, 12, 16, 18, 24, 28, 32, 36, 42, 45, 48, 60, 75, 85, 95, 110, 130, 145))
    project = propose(bank, branch.lead, branch.unit, topic, manager, wan, chance, opportunity=opportunity)
    yield minutes(15, 90, chance)
    colleague = chance.choice([member for member in branch.members if member is not manager])
    today = clock.today()
    there = [liaison for counter in branch.counters if (liaison := counter.liaison_on(today))]
    team = [(manager, "business", 50), (colleague, "data", 30), (chance.choice(there), "operations", 20)]
    yield from life(bank, project, branch.lead, branch.head, team, topic, fated, chance)


def read_of_others(bank: Bank, branch: Branch, topic: dict):
    """The follow-up of an item that speaks of the same, if there is one of these months."""
    if topic["title"] not in FROM_NEWS:
        return None
    since, speaks_of = clock.today() - timedelta(days=120), FROM_NEWS[topic["title"]]
    for day, row in reversed(bank.filed):
        if day >= since and speaks_of in row.title:
            with suppress(Refused):  # not in an issue that the branch reads, or followed up already
                return follow_up(
                    row, by=branch.lead, unit=branch.unit, owner=branch.members[1].person, due_on=due_in(10),
                    note="请结合辖内同类客群估算客户数与投入，可行的转线索。",
                )  # fmt: skip
    return None


def of_a_department(bank: Bank, topic: dict, fated: str, number: int) -> Story:
    """Proposed by the innovation office for a department of head office."""
    chance = bank.chance("project", topic["title"])
    department = bank.lines[topic["line"]].department
    by = bank.users[("officer", "officer2", "officer3")[number % 3]]
    manager = bank.officers[department.pk]
    wan = chance.choice((160, 190, 220, 260, 280, 340, 380, 420, 480, 560, 690, 760, 980, 1150))
    if number in (4, 17, 29):
        wan = {4: 2400, 17: 3200, 29: 2800}[number]
    flagship = topic["title"] == texts("flagship")["opinions"]["title"]
    more = {"cross_branch": flagship or number % 4 == 1, "first_in_industry": number % 9 == 2}
    project = propose(bank, by, department, topic, manager, 860 if flagship else wan, chance, **more)
    yield minutes(20, 120, chance)
    technology = bank.officers[bank.units["信息科技部"].pk]
    team = [(manager, "business", 60), (chance.choice(bank.reviewers[3:30]), "data", 40)]
    if technology is not manager:
        team.insert(1, (technology, "technology", 50))
    yield from life(bank, project, by, bank.heads[department.pk], team, topic, fated, chance)


def propose(bank: Bank, by, unit, topic, manager, wan, chance, **more) -> Project:
    """The draft with its estimate: what it costs to build, what it brings in the three years after."""
    words, theme = texts("work"), theme_of(topic["theme"])
    inside = unit.kind == "department"
    figures = {"n": chance.randint(3, 60) * (100 if inside else 20), "m": chance.randint(3, 9)}
    goal = chance.choice(words["goals_inside" if inside else "goals"])
    steps = [topic["idea"], *chance.sample(theme["approach"], 3)]
    project = propose_project(
        by=by, unit=unit, title=topic["title"], line=bank.lines[topic["line"]], manager=manager.person,
        goal=goal.format(who=topic["who"], idea=topic["idea"], pain=topic["pain"], **figures),
        approach="\n".join(f"{n}. {text}。" for n, text in enumerate(steps, 1)),
        risks="\n".join(f"{n}. {text}。" for n, text in enumerate(chance.sample(theme["risks"], 3), 1)), **more,
    )  # fmt: skip
    bank.forget(project)
    asked = wan * WAN
    technology = asked * chance.choice((55, 60, 65, 70, 80)) // 100 // 100 * 100
    people = asked * chance.choice((0, 0, 4, 6)) // 100 // 100 * 100
    yearly = asked * chance.randint(78, 150) // 100
    options = [{"level": "full", "technology_fen": technology, "people_fen": people, "marketing_fen": asked - technology - people}]  # fmt: skip
    if wan >= 40:
        reduced, pilot = (
            (technology * part // 10 // 100 * 100, people * part // 10 // 100 * 100) for part in (6, 3)
        )
        spared = asked - technology - people
        options += [
            {
                "level": "reduced", "technology_fen": reduced[0], "people_fen": reduced[1],
                "marketing_fen": spared * 6 // 10 // 100 * 100, "benefit_share_bp": 7000,
            },
            {
                "level": "pilot", "technology_fen": pilot[0], "people_fen": pilot[1],
                "marketing_fen": spared // 10 // 100 * 100, "benefit_share_bp": 2500,
            },
        ]  # fmt: skip
    running = asked * chance.randint(6, 12) // 100 // 100 * 100
    benefits = [0, *(yearly * part // 10 // 100 * 100 for part in (6, 10, 11))]
    give_estimate(
        project, by=manager, costs_fen=[asked] + [running] * 3, benefits_fen=benefits,
        probability_bp=chance.randint(70, 92) * 100, options=options,
        basis=chance.choice(theme["basis"]).format(who=topic["who"], **figures),
    )  # fmt: skip
    return project


# ── Until it is funded ──────────────────────────────────────────────────────────────────────────────────────────


def life(bank: Bank, project: Project, by, head, team, topic, fated: str, chance) -> Story:
    """Plan and team, the signature, the opinions; then its forum, the fund, the building, the pilot and the branches."""
    theme, manager = theme_of(topic["theme"]), team[0][0]
    plan_of_work(project, manager, chance, theme)
    yield minutes(5, 30, chance)
    rows = [{"person": u.person, "part": part, "share_percent": share} for u, part, share in team]
    set_team(project, rows, by=manager)
    if fated == DRAFT:
        return
    yield chance.randint(1, 5)
    submit_project(project, by=manager)
    if fated == UNSIGNED:
        return
    yield chance.randint(1, 3)
    yield from signed(project, head, chance)
    yield from opinions.given(bank, project, manager, theme, fated, chance)
    if fated == SENT_BACK:
        yield from opinions.sent_back(bank, project, manager, head, theme, chance)
        yield from signed(project, head, chance)
    if fated in (REJECTED, RETURNED):
        bank.fates[project.pk] = fated
    bank.themes[project.pk] = theme
    yield from decided(bank, project, manager, chance)
    if project.state == Project.State.ACTIVE:
        yield from build(bank, project, manager, fated, topic, chance)


def signed(project: Project, head, chance) -> Story:
    """The head signs, and the departments are asked at once."""
    sign_project(project, by=head)
    yield minutes(1, 4, chance)
    drain()
    yield 1


def decided(bank: Bank, project: Project, manager, chance) -> Story:
    """It waits for its forum and then for money; returned, it is changed and comes again; without money it rests."""
    bank.ready[opinions.forum_of(project).pk].append(project)
    asked_for_money = 0
    while True:
        yield 6
        project.refresh_from_db()
        if project.state == Project.State.RETURNED and bank.fates.get(project.pk) == RETURNED:
            yield chance.randint(9, 25)
            if chance.random() < 0.4:
                return  # given up, and it stays returned
            submit_project(project, by=manager)
            yield chance.randint(1, 3)
            bank.fates[project.pk] = ""
            head = bank.heads[project.unit_id]
            yield from signed(project, head, chance)
            bank.ready[opinions.forum_of(project).pk].append(project)
            continue
        if project.state != Project.State.ACTIVE or project.stage.code not in (
            "proposal",
            "review",
            "funding",
        ):
            return
        asked_for_money += project.stage.code == "funding"
        if asked_for_money > 22:
            revisit = clock.today() + timedelta(days=chance.randint(40, 90))
            hold_project(
                project,
                by=manager,
                reason="连续两轮未获资源安排，先行暂缓，下轮按试点档位重新测算。",
                revisit_on=revisit,
            )


def plan_of_work(project: Project, by, chance, theme) -> None:
    """Dates with the usual slack: the forum, the fund, then the building and the pilot."""
    stages = {stage.code: stage for stage in project.process_version.stages.all()}
    day, rows = clock.today() + timedelta(days=125), []
    for stage, count, gap in (("build", 3, 30), ("pilot", 2, 33)):
        chosen = sorted(chance.sample(range(len(theme[stage])), count))
        for name in chosen:
            day += timedelta(days=gap + chance.randint(-4, 8))
            rows.append({"name": theme[stage][name], "stage": stages[stage], "due_on": day})
    set_milestones(project, rows, by=by)
