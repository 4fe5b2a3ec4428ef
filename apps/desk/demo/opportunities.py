"""What the counters see: most of it is answered at a first look, some is investigated, and a tenth becomes a project."""

from collections.abc import Iterator

from apps.core import clock
from apps.desk.demo.bank import HISTORY, Bank, Branch, texts
from apps.desk.demo.diary import Story, minutes
from apps.insight.actions import conclude, file_opportunity, start_investigation
from apps.insight.models.opportunity import QUESTIONS

RECENT = [
    ("filed", 26, 6, 1),
    ("investigating", 18, 12, 4),
    ("take_up", 10, 24, 9),
]  # ending, how many, days ago
LOOKED, HELD, DROPPED = 0.8, 0.05, 0.15  # of those that become no project
CREDIT = ("贷", "授信", "融资", "质押", "提额", "分期", "周转")


def plan(bank: Bank) -> None:
    """Begin those that are no project, the recent ones where they stand."""
    topics = list(seen(bank))
    topics = topics[: bank.told(len(topics))]
    chance = bank.chance("seen-days")
    for ending, count, oldest, newest in RECENT:
        for _number in range(bank.told(count)):
            if topics:
                _begin(bank, topics.pop(), ending, bank.diary.some_day(chance, oldest, newest))
    for topic in topics:
        ending = chance.choices(("look", "hold", "drop"), (LOOKED, HELD, DROPPED))[0]
        # More of them every month, as word gets round.
        oldest = HISTORY if chance.random() < 0.7 else HISTORY // 2
        _begin(bank, topic, ending, bank.diary.some_day(chance, oldest, 14 if ending == "look" else 25))


def _begin(bank: Bank, topic: dict, ending: str, ago: int) -> None:
    branch = bank.some_branch(bank.chance("seen-where", topic["title"]))
    bank.diary.begin(seen_only(bank, branch, topic, ending), ago)


def seen(bank: Bank) -> Iterator[dict]:
    """Who needs what, in the order of chance."""
    pairs = [
        (who, thing, need, group["tails"])
        for group in texts("seen").values()
        for who, thing in group["who"]
        for need in group["needs"]
    ]
    bank.chance("seen").shuffle(pairs)
    for who, thing, (line, *words), tails in pairs:
        title, scene, pain, idea = (text.format(who=who, thing=thing) for text in words)
        yield {
            "line": line, "title": title, "who": who, "scene": scene, "pain": pain, "idea": idea,
            "tails": [tail.format(who=who, thing=thing, n="{n}") for tail in tails],
        }  # fmt: skip


def report_opportunity(bank: Bank, branch: Branch, topic: dict, chance, **more):
    """A liaison files what was seen at the counter; where no counter has one, the working group does."""
    today = clock.today()
    there = [counter for counter in branch.counters if counter.liaison_on(today)]
    counter = chance.choice(there) if there and "follow_up" not in more else None
    if counter and branch in bank.branches[:2] and chance.random() < 0.3:
        counter = branch.counters[0]  # where the visitor of the demo sits
    by, unit = (counter.liaison_on(today), counter.unit) if counter else (branch.members[1], branch.unit)
    tail = chance.choice(topic.get("tails") or ["走访中{who}普遍提到，辖内约{n}户"])
    tail = tail.format(who=topic["who"], n=chance.randint(3, 42) * 5)
    return file_opportunity(
        by=by, unit=unit, title=topic["title"], line=bank.lines[topic["line"]], scene=f"{topic['scene']}。{tail}。",
        pain=f"{topic['pain']}。", idea=f"{topic['idea']}。", contact_allowed=chance.random() < 0.7, **more,
    )  # fmt: skip


def investigate(bank: Bank, branch: Branch, opportunity, topic: dict, chance, conclusion: str) -> Story:
    """The group looks into it for some days and concludes."""
    words = texts("work")
    by = looker(bank, branch, chance)
    start_investigation(opportunity, by=by)
    yield chance.randint(4, 9)
    told = dict(words["answers"])
    if any(word in topic["title"] for word in CREDIT):
        told |= words["answers_credit"]
    answers = {
        name: chance.choice(told[name]).format(n=chance.randint(3, 48) * 5, m=chance.randint(2, 9), who=topic["who"])
        for name in QUESTIONS
    }  # fmt: skip
    if conclusion != "take_up":
        answers = {name: answers[name] for name in QUESTIONS[: chance.randint(3, 6)]}
    reason = bank.deal(conclusion, words["concluded"][conclusion])
    conclude(opportunity, by=by, answers=answers, conclusion=conclusion, reason=reason)


def looker(bank: Bank, branch: Branch, chance):
    if branch is bank.branches[0]:
        return bank.users["lead"] if chance.random() < 0.7 else bank.users["member"]
    return branch.lead if chance.random() < 0.6 else chance.choice(branch.members)


def seen_only(bank: Bank, branch: Branch, topic: dict, ending: str) -> Story:
    """One that is not (yet) a project."""
    chance = bank.chance("opportunity", branch.unit, topic["title"])
    opportunity = report_opportunity(bank, branch, topic, chance)
    bank.forget(opportunity)
    if ending == "filed":
        return
    yield chance.randint(1, 3)
    if ending == "investigating":
        start_investigation(opportunity, by=looker(bank, branch, chance))
    elif ending == "look":
        yield from first_look(bank, branch, opportunity, topic, chance)
    else:
        yield from investigate(bank, branch, opportunity, topic, chance, ending)


def first_look(bank: Bank, branch: Branch, opportunity, topic: dict, chance) -> Story:
    """A call to the sub-branch settles it; the system wants an investigation for a no, so this is a short one."""
    words, by = texts("work"), branch.lead
    start_investigation(opportunity, by=by)
    yield minutes(8, 90, chance)
    found = chance.choice(words["first_look"]).format(
        who=topic["who"], n=chance.randint(2, 30) * 5, m=chance.randint(1, 4)
    )
    reason = bank.deal("dismissed", words["dismissed"])
    conclude(opportunity, by=by, answers={"customers_here": found}, conclusion="drop", reason=reason)
