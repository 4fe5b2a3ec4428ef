"""Third chapter: what is read. Items come in through the week, the office makes the weekly of them, the monthly and the
specials, and branches follow some of them up.

A tenth of a real week is told: some ten items of 120 to 180, of which seven are kept.
"""

from datetime import time, timedelta

from apps.core import clock
from apps.core.grades import Grade
from apps.core.verdict import Refused
from apps.desk.demo.bank import HISTORY, Bank, Branch, texts
from apps.desk.demo.diary import Story, minutes, quiet
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    draft_item,
    edit_issue,
    file_item,
    follow_up,
    open_issue,
    publish_issue,
    read_issue,
    remove_from_issue,
    settle_follow_up,
    start_report,
    withdraw_item,
)
from apps.insight.models import Item

WEEKS = HISTORY // 7  # of weekly reports before this week's
A_WEEK, KEPT = 10, 7  # items that are filed, and kept in the weekly
SPECIALS = [  # how many days ago, series, title, of which categories; the first one is graded higher
    (700, "创新专题报告", "专题：开放银行与平台合作的边界", ("business", "peer_move")),
    (655, "季度创新工作通报", "上年四季度创新工作通报", ("own_practice", "award_case")),
    (610, "创新专题报告", "专题：适老服务的五个误区", ("product", "research")),
    (560, "季度创新工作通报", "一季度创新工作通报", ("own_practice",)),
    (520, "获奖案例选编", "获奖案例选编：普惠与绿色", ("award_case",)),
    (470, "季度创新工作通报", "二季度创新工作通报", ("own_practice",)),
    (430, "创新专题报告", "专题：反诈与客户体验如何兼得", ("research", "own_practice", "award_case")),
    (380, "季度创新工作通报", "三季度创新工作通报", ("own_practice",)),
    (330, "创新专题报告", "专题：县域场景金融的三种做法", ("product", "peer_move", "research")),
    (290, "季度创新工作通报", "四季度创新工作通报", ("own_practice", "award_case")),
    (240, "获奖案例选编", "获奖案例选编：运营与风险", ("award_case",)),
    (200, "季度创新工作通报", "一季度创新工作通报", ("own_practice",)),
    (150, "创新专题报告", "专题：供应链金融脱核的条件", ("research", "peer_move", "product")),
    (110, "季度创新工作通报", "二季度创新工作通报", ("own_practice",)),
    (41, "创新专题报告", "专题：同业大模型在对公信贷的应用", ("research", "project", "product")),
    (23, "季度创新工作通报", "三季度创新工作通报", ("own_practice", "award_case")),
]


def plan(bank: Bank) -> None:
    """Begin the stories of this chapter."""
    weeks = bank.told(WEEKS)
    first = 7 * weeks + bank.day.weekday()
    filed = bank.filed
    bank.diary.begin(weekly(bank, filed), first)
    bank.diary.begin(monthly(bank, filed), min(first, HISTORY - 20))
    for number, (ago, *special) in enumerate(SPECIALS):
        if ago < first:
            bank.diary.begin(special_issue(bank, filed, number, *special), ago)
    for number, branch in enumerate(bank.branches[:2]):
        bank.diary.begin(branch_brief(bank, branch, filed), 26 + number * 9)
    news = news_of_the_weeks(bank, weeks * A_WEEK)
    for number, row in enumerate(news):
        chance = bank.chance("item", number)
        week = first - 7 * (number * (weeks + 1) // len(news))
        if quiet(bank.day - timedelta(days=week)) and chance.random() < 0.6:
            continue
        bank.diary.begin(
            item(bank, row, number, filed, chance), max(1, week - chance.choice((0, 0, 1, 1, 2, 3, 4)))
        )
    for number in range(bank.told(70)):
        ago = bank.diary.some_day(bank.chance("follow", number), min(first - 10, 700), 3)
        bank.diary.begin(followed(bank, number, filed), ago)


def news_of_the_weeks(bank: Bank, count: int) -> list[dict]:
    """Each pattern of news every ten weeks or so, each time about another institution with other figures."""
    words, chance = texts("items"), bank.chance("news")
    found, seen, patterns = [], set(), []
    for _attempt in range(count * 3):
        if not patterns:
            patterns = list(words["patterns"])
            chance.shuffle(patterns)
        pattern = patterns.pop()
        values = {
            "bank": chance.choice(words["banks"]), "city": chance.choice(words["cities"]), "n": chance.randint(12, 98) * 10,
            "m": chance.randint(3, 28), "p": chance.randint(12, 47), "k": chance.choice((2, 3, 5, 8, 10)),
            "platform": chance.choice(words["platforms"]), "launch": chance.choice(words["launches"]),
        }  # fmt: skip
        title = pattern["title"].format(**values)
        if title in seen:
            continue
        seen.add(title)
        about = next((name for name in ("bank", "platform") if f"{{{name}}}" in pattern["title"]), "")
        found.append(
            {
                "title": title,
                "body": "\n\n".join(part.format(**values) for part in pattern["body"]),
                "category": pattern["category"],
                "line": pattern["line"],
                "institution": values.get(about, ""),
                "source_name": chance.choice(words["sources"][pattern["category"]]),
                "author": chance.choice(words["authors"]),
            }
        )
        if len(found) == count:
            break
    return found


def item(bank: Bank, news: dict, number: int, filed: list, chance) -> Story:
    """Somebody of a branch or the office saves it, corrects it and files it; a few stay drafts or are taken back."""
    own = next(
        (branch for branch in bank.branches if news["title"].startswith(f"{branch.unit.short_name}分行")),
        None,
    )
    if own is None and chance.random() < 0.25:
        by, unit = bank.users[chance.choice(("officer", "officer2", "officer3", "officer4"))], bank.root
    else:
        branch = own or bank.some_branch(chance)
        by, unit = chance.choice([branch.lead, *branch.members]), branch.unit
        if branch is bank.branches[0] and chance.random() < 0.4:
            by = bank.users["member"]
    values = {key: value for key, value in news.items() if key != "line"}
    values["published_on"] = clock.today() - timedelta(days=chance.randint(0, 3))
    if number % 37 == 0:
        values["grade"] = Grade.PUBLIC
    row = draft_item(values, by=by, unit=unit, line=bank.lines[news["line"]])
    if bank.diary.left < 12 and number % 5 == 1:
        return
    yield minutes(3, 40, chance)
    file_item(row, by=by)
    filed.append((clock.today(), row))
    if number % 53 == 7:
        yield 1
        withdraw_item(row, by=by, note=chance.choice(texts("work")["withdrawn"]))


def _fresh(filed, days) -> list[Item]:
    since = clock.today() - timedelta(days=days)
    return [row for day, row in filed if day >= since and row.state == Item.State.FILED]


def still_filed(row: Item) -> bool:
    """What was withdrawn while an issue is made up does not go into it."""
    row.refresh_from_db(fields=["state"])
    return row.state == Item.State.FILED


def weekly(bank: Bank, filed) -> Story:
    """Opened on Monday, made up as items come in, published on Friday; this week's is not out yet."""
    secretary, officer = bank.users["secretary"], bank.users["officer"]
    chance = bank.chance("weekly")
    report = start_report(by=secretary, kind="weekly", name="创新动态周报", unit=bank.root)
    carried: set[int] = set()
    while True:
        issue, inside = open_issue(report, by=secretary), []
        for pause, most in ((2, KEPT // 2), (2, KEPT)):
            yield pause if clock.today().weekday() < 4 else time(10, 20)
            fresh = [row for row in _fresh(filed, 8) if row.pk not in carried]
            for row in chance.sample(fresh, min(len(fresh), most - len(inside) + chance.randint(0, 1))):
                if still_filed(row):
                    add_to_issue(issue, row, by=officer, summary=row.body.split("\n")[0][:120])
                    carried.add(row.pk)
                    inside.append(row)
                    yield minutes(2, 9, chance)
            if issue.title == "" and inside:
                edit_issue(
                    issue,
                    by=secretary,
                    version=issue.version,
                    title=bank.deal("weekly", texts("work")["weekly"]),
                )
        if not inside:  # nothing came in around Spring Festival: it is made up the week after
            yield 7
            continue
        yield from published(bank, issue, inside, audience(bank), chance)
        yield max(1, 7 - clock.today().weekday())


def published(bank: Bank, issue, inside, units, chance) -> Story:
    """What was withdrawn meanwhile is taken out; then it goes to its audience, of whom some read it."""
    address_issue(issue, by=bank.users["secretary"], units=units)
    yield minutes(20, 90, chance)
    for row in inside:
        if not still_filed(row):
            remove_from_issue(issue, row, by=bank.users["secretary"])
    publish_issue(issue, by=bank.users["secretary"])
    bank.diary.begin(
        readers(bank, issue, chance.randint(5, 9)), max(1, bank.diary.left - chance.choice((0, 1)))
    )


def audience(bank: Bank):
    """The departments, every branch itself, and the first two with all their sub-branches."""
    departments = [
        (unit, False) for unit in bank.units.values() if unit.depth == 2 and unit.kind == "department"
    ]
    branches = [(branch.unit, number < 2) for number, branch in enumerate(bank.branches)]
    return [(bank.root, False), *departments, *branches]


def readers(bank: Bank, issue, count: int) -> Story:
    chance = bank.chance("readers", issue.pk)
    people = [bank.users[name] for name in ("officer", "member", "head") if chance.random() < 0.8]
    people += [branch.lead for branch in chance.sample(bank.branches[1:12], count // 2)]
    people += [chance.choice(branch.members) for branch in chance.sample(bank.branches[1:12], count // 2)]
    for who in people:
        read_issue(issue, by=who)
        yield minutes(3, 160, chance)


def monthly(bank: Bank, filed) -> Story:
    """Out by the fifth working day of the month, of what the weeklies of the month before did not tell at length."""
    secretary, chance = bank.users["secretary"], bank.chance("monthly")
    report = start_report(by=secretary, kind="monthly", name="数字金融创新月报", unit=bank.root)
    while True:
        yield max(1, 26 - clock.today().day)
        issue = open_issue(report, by=secretary)
        month = clock.today().month
        edit_issue(issue, by=secretary, version=issue.version, title=f"{month}月数字金融创新综述")
        fresh = _fresh(filed, 30)
        inside = []
        for row in sorted(chance.sample(fresh, min(12, len(fresh))), key=lambda row: row.pk):
            if still_filed(row):
                add_to_issue(issue, row, by=secretary)
                inside.append(row)
                yield minutes(1, 6, chance)
        yield max(2, 35 - clock.today().day)
        if inside:
            yield from published(
                bank, issue, inside, [(bank.root, False), *((b.unit, False) for b in bank.branches)], chance
            )


def special_issue(bank: Bank, filed, number: int, series: str, title: str, categories) -> Story:
    """Six to ten specials a year: on one subject, of awards, or the quarter's circular."""
    secretary, chance = bank.users["secretary"], bank.chance("special", number)
    if (report := bank.series.get(series)) is None:
        report = bank.series[series] = start_report(by=secretary, kind="special", name=series, unit=bank.root)
    issue = open_issue(report, by=secretary)
    graded = {"grade": Grade.SECRET} if "大模型" in title else {}
    edit_issue(issue, by=secretary, version=issue.version, title=title, **graded)
    inside = []
    for row in [row for row in _fresh(filed, 90) if row.category in categories][-9:]:
        if still_filed(row):
            add_to_issue(issue, row, by=secretary)
            inside.append(row)
            yield minutes(2, 15, chance)
    yield 4
    if inside:
        units = [
            (bank.root, False),
            *((branch.unit, False) for branch in bank.branches[: 12 if graded else 36]),
        ]
        yield from published(bank, issue, inside, units, chance)


def branch_brief(bank: Bank, branch: Branch, filed) -> Story:
    """A branch has a report of its own for its sub-branches."""
    name = f"{branch.unit.short_name}创新简报"
    report = start_report(by=branch.lead, kind="monthly", name=name, unit=branch.unit)
    issue = open_issue(report, by=branch.lead)
    inside = [row for row in _fresh(filed, 60) if row.unit_id == branch.unit.pk][-8:]
    for row in inside:
        add_to_issue(issue, row, by=branch.lead)
    address_issue(issue, by=branch.lead, units=[(branch.unit, True)])
    yield 3
    if inside:
        publish_issue(issue, by=branch.lead)


def followed(bank: Bank, number: int, filed) -> Story:
    """A branch looks further into something it has read: done, dropped, or, these weeks, still open."""
    chance = bank.chance("followed", number)
    branch = bank.branches[0] if number % 3 == 0 else bank.some_branch(chance)
    near = [row for row in _fresh(filed, 40) if row.unit_id == branch.unit.pk]
    if not near:
        return
    owner = (
        bank.users["member"] if branch is bank.branches[0] and number % 2 else chance.choice(branch.members)
    )
    words = texts("work")
    try:
        made = follow_up(
            chance.choice(near), by=branch.lead, unit=branch.unit, owner=owner.person, note=chance.choice(words["follow_up"]),
            due_on=clock.today() + timedelta(days=chance.choice((10, 14, 21))),
        )  # fmt: skip
    except Refused:  # followed up already
        return
    yield chance.randint(5, 18)
    if bank.diary.left > 20 or chance.random() < 0.3:
        move = "finish" if chance.random() < 0.65 else "drop"
        note = words["followed" if move == "finish" else "follow_dropped"]
        settle_follow_up(made, by=owner, move=move, note=chance.choice(note))
