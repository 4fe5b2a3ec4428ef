"""Third chapter: what is read and seen. Items come in through the week, the office makes the weekly of them, branches follow
some up, and counters report opportunities."""

from datetime import timedelta

from apps.core import clock
from apps.core.grades import Grade
from apps.core.verdict import Refused
from apps.desk.demo.bank import Bank, Branch, texts
from apps.desk.demo.diary import Story
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    conclude,
    draft_item,
    edit_issue,
    file_item,
    file_opportunity,
    follow_up,
    open_issue,
    publish_issue,
    read_issue,
    remove_from_issue,
    settle_follow_up,
    start_investigation,
    start_report,
    withdraw_item,
)
from apps.insight.models import Item
from apps.insight.models.opportunity import QUESTIONS

WEEKS = 12  # of weekly reports before this week's


def plan(bank: Bank) -> None:
    """Begin the stories of this chapter."""
    monday = bank.day.weekday()
    first = 7 * WEEKS + monday
    filed: list[Item] = []
    bank.diary.begin(weekly(bank, filed), first)
    bank.diary.begin(monthly(bank, filed), first - 20)
    bank.diary.begin(special(bank, filed), 41)
    bank.diary.begin(branch_brief(bank, bank.branches[0], filed), 26)
    news = news_of_the_weeks(bank)
    for number, row in enumerate(news):
        week = number * (WEEKS + 1) // len(news)
        bank.diary.begin(item(bank, row, number, filed), max(1, first - 7 * week - number % 3))
    for number in range(26):
        bank.diary.begin(followed(bank, number, filed), 3 + number * 3)


def news_of_the_weeks(bank: Bank) -> list[dict]:
    """Each pattern of news four times at most, weeks apart, each time about another institution with other figures."""
    words, chance = texts("items"), bank.chance("news")
    rows = []
    for _time in range(4):
        patterns = list(words["patterns"])
        chance.shuffle(patterns)
        rows += patterns
    found, seen = [], set()
    for pattern in rows:
        values = {
            "bank": chance.choice(words["banks"]), "city": chance.choice(words["cities"]), "n": chance.randint(12, 98) * 10,
            "m": chance.randint(3, 28), "p": chance.randint(12, 47), "k": chance.choice((2, 3, 5, 8, 10)),
            "platform": chance.choice(words["platforms"]),
        }  # fmt: skip
        title = pattern["title"].format(**values)
        if title in seen:
            continue
        seen.add(title)
        found.append(
            {
                "title": title,
                "body": "\n\n".join(part.format(**values) for part in pattern["body"]),
                "category": pattern["category"],
                "line": pattern["line"],
                "institution": values["bank"] if "{bank}" in pattern["title"] else "",
                "source_name": chance.choice(words["sources"][pattern["category"]]),
                "author": chance.choice(words["authors"]),
            }
        )
    return found


def item(bank: Bank, news: dict, number: int, filed: list) -> Story:
    """Somebody of a branch or the office saves it, corrects it and files it; a few stay drafts or are taken back."""
    chance = bank.chance("item", number)
    if chance.random() < 0.2:
        by, unit = bank.users[chance.choice(("officer", "officer2", "officer3"))], bank.root
    else:
        branch = chance.choice(bank.branches[:24])
        by, unit = chance.choice([branch.lead, *branch.members]), branch.unit
        if number % 9 == 0:
            branch = bank.branches[0]
            by, unit = bank.users["member"], branch.unit
    values = {key: value for key, value in news.items() if key != "line"}
    values["published_on"] = clock.today() - timedelta(days=chance.randint(0, 3))
    if number % 37 == 0:
        values["grade"] = Grade.PUBLIC
    row = draft_item(values, by=by, unit=unit, line=bank.lines[news["line"]])
    if number % 29 == 11:
        return
    yield 0
    file_item(row, by=by)
    filed.append((clock.today(), row))
    if number % 53 == 7:
        yield 1
        withdraw_item(row, by=by, note=chance.choice(texts("work")["withdrawn"]))


def _fresh(filed, days) -> list[Item]:
    since = clock.today() - timedelta(days=days)
    return [row for day, row in filed if day >= since and row.state == Item.State.FILED]


def weekly(bank: Bank, filed) -> Story:
    """Opened on Monday, made up as items come in, published on Friday; this week's is not out yet."""
    secretary, officer = bank.users["secretary"], bank.users["officer"]
    report = start_report(by=secretary, kind="weekly", name="创新动态周报", unit=bank.root)
    week, carried = 0, set()
    while True:
        issue, inside = open_issue(report, by=secretary), []
        for pause in (2, 2):
            yield pause
            fresh = [row for row in _fresh(filed, 8) if row.pk not in carried]
            for row in fresh[:12]:
                add_to_issue(issue, row, by=officer, summary=row.body.split("\n")[0][:120])
                carried.add(row.pk)
                inside.append(row)
            if pause == 2 and issue.title == "" and fresh:
                edit_issue(
                    issue, by=secretary, version=issue.version, title=texts("work")["weekly"][week % len(texts("work")["weekly"])]
                )  # fmt: skip
        take_out_withdrawn(issue, inside, by=secretary)
        address_issue(issue, by=secretary, units=audience(bank))
        publish_issue(issue, by=secretary)
        bank.diary.begin(readers(bank, issue), (bank.day - clock.today()).days - 1)
        week += 1
        yield 3


def take_out_withdrawn(issue, rows, *, by) -> None:
    for row in rows:
        if row.state == Item.State.WITHDRAWN:
            remove_from_issue(issue, row, by=by)


def audience(bank: Bank):
    """The departments, every branch itself, and the first two with all their sub-branches."""
    departments = [
        (unit, False) for unit in bank.units.values() if unit.depth == 2 and unit.kind == "department"
    ]
    branches = [(branch.unit, number < 2) for number, branch in enumerate(bank.branches)]
    return [(bank.root, False), *departments, *branches]


def readers(bank: Bank, issue) -> Story:
    chance = bank.chance("readers", issue.number)
    people = [bank.users[name] for name in ("officer", "member", "head")]
    people += [branch.lead for branch in chance.sample(bank.branches[1:], 12)]
    people += [chance.choice(branch.members) for branch in chance.sample(bank.branches[1:], 9)]
    for number, who in enumerate(people):
        read_issue(issue, by=who)
        if number % 8 == 7:
            yield 1


def monthly(bank: Bank, filed) -> Story:
    secretary = bank.users["secretary"]
    report = start_report(by=secretary, kind="monthly", name="数字金融创新月报", unit=bank.root)
    while True:
        yield 27
        issue = open_issue(report, by=secretary)
        inside = _fresh(filed, 30)[::6][:14]
        for row in inside:
            add_to_issue(issue, row, by=secretary)
        address_issue(issue, by=secretary, units=[(bank.root, True)])
        yield 2
        take_out_withdrawn(issue, inside, by=secretary)
        publish_issue(issue, by=secretary)


def special(bank: Bank, filed) -> Story:
    secretary = bank.users["secretary"]
    report = start_report(by=secretary, kind="special", name="创新专题报告", unit=bank.root)
    for title in ("专题：同业大模型在对公信贷的应用", "专题：县域场景金融的三种做法"):
        issue = open_issue(report, by=secretary)
        edit_issue(issue, by=secretary, version=issue.version, title=title, grade=Grade.SECRET if "大模型" in title else issue.grade)  # fmt: skip
        inside = [row for row in _fresh(filed, 40) if row.category in ("research", "award_case", "product")][
            :9
        ]
        for row in inside:
            add_to_issue(issue, row, by=secretary)
        address_issue(issue, by=secretary, units=[(branch.unit, False) for branch in bank.branches[:12]] + [(bank.root, False)])  # fmt: skip
        yield 4
        take_out_withdrawn(issue, inside, by=secretary)
        publish_issue(issue, by=secretary)
        yield 16


def branch_brief(bank: Bank, branch: Branch, filed) -> Story:
    """A branch has a report of its own for its sub-branches."""
    report = start_report(
        by=branch.lead, kind="monthly", name=f"{branch.unit.short_name}创新简报", unit=branch.unit
    )
    issue = open_issue(report, by=branch.lead)
    inside = [row for row in _fresh(filed, 60) if row.unit_id == branch.unit.pk][:8]
    for row in inside:
        add_to_issue(issue, row, by=branch.lead)
    address_issue(issue, by=branch.lead, units=[(branch.unit, True)])
    yield 3
    take_out_withdrawn(issue, inside, by=branch.lead)
    publish_issue(issue, by=branch.lead)


def followed(bank: Bank, number: int, filed) -> Story:
    """A branch looks further into something it has read: done, dropped, or still open."""
    chance = bank.chance("followed", number)
    branch = bank.branches[number % 7 if number % 3 else 0]
    near = [row for row in _fresh(filed, 21) if row.unit_id == branch.unit.pk]
    if not near:
        return
    owner = chance.choice(branch.members)
    if number < 8 and branch is bank.branches[0]:
        owner = bank.users["member"]
    words = texts("work")
    try:
        made = follow_up(
            near[0], by=branch.lead, unit=branch.unit, owner=owner.person, note=chance.choice(words["follow_up"]),
            due_on=clock.today() + timedelta(days=chance.choice((10, 14, 21))),
        )  # fmt: skip
    except Refused:  # followed up already
        return
    yield chance.randint(5, 18)
    if number % 3 == 1:
        settle_follow_up(made, by=owner, move="finish", note=chance.choice(words["followed"]))
    elif number % 5 == 2:
        settle_follow_up(made, by=owner, move="drop", note=chance.choice(words["follow_dropped"]))


# ── Opportunities ───────────────────────────────────────────────────────────────────────────────────────────────


def report_opportunity(bank: Bank, branch: Branch, topic: dict, chance):
    """A liaison files what was seen at the counter; where the counter has none, the working group does."""
    counters = [c for c in branch.counters if c.liaison and c.since <= clock.today()]
    counter = chance.choice(counters) if counters else None
    if topic.get("by") == "liaison":
        counter = branch.counters[0]
    by, unit = (counter.liaison, counter.unit) if counter else (branch.lead, branch.unit)
    words, count = texts("work"), chance.randint(4, 60) * 10
    return file_opportunity(
        by=by, unit=unit, title=topic["title"], line=bank.lines[topic["line"]],
        scene=f"{topic['scene']}。{chance.choice(words['scene']).format(n=count, who=topic['who'])}",
        pain=f"{topic['pain']}。{chance.choice(words['pain'])}",
        idea=f"{topic['idea']}。{chance.choice(words['idea'])}",
        contact_allowed=chance.random() < 0.7,
    )  # fmt: skip


def investigate(bank: Bank, branch: Branch, opportunity, topic: dict, chance, conclusion: str) -> Story:
    """The group looks into it for some days and concludes."""
    words = texts("work")
    by = (
        branch.lead
        if branch.unit.pk == bank.branches[0].unit.pk or chance.random() < 0.6
        else chance.choice(branch.members)
    )
    start_investigation(opportunity, by=by)
    yield chance.randint(4, 9)
    answers = {
        name: chance.choice(words["answers"][name]).format(n=chance.randint(3, 48) * 25, m=chance.randint(2, 9), who=topic["who"])
        for name in QUESTIONS
    }  # fmt: skip
    if conclusion != "take_up":
        answers = {name: answers[name] for name in QUESTIONS[: chance.randint(3, 6)]}
    conclude(
        opportunity,
        by=by,
        answers=answers,
        conclusion=conclusion,
        reason=chance.choice(words["concluded"][conclusion]),
    )


def opportunity_only(bank: Bank, branch: Branch, topic: dict, ending: str) -> Story:
    """One that is not (yet) a project: filed, under investigation, worth taking up, held or dropped."""
    chance = bank.chance("opportunity", branch.unit, topic["title"])
    opportunity = report_opportunity(bank, branch, topic, chance)
    if ending == "filed":
        return
    yield chance.randint(1, 4)
    if ending == "investigating":
        start_investigation(opportunity, by=branch.lead)
        return
    yield from investigate(bank, branch, opportunity, topic, chance, ending)
