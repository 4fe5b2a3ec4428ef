"""The departments' opinions: in their own time, on conditions that are answered, and now and then a no that sends it back."""

from apps.desk.demo.bank import Bank, texts
from apps.desk.demo.diary import Story, minutes
from apps.projects.actions import edit_project, return_project, submit_project
from apps.projects.models import Project
from apps.review.actions import answer_opinion, give_opinion
from apps.review.models import Consultation
from apps.review.models.forum import route

WAITING = "waiting"  # for the last departments
STORY = "the demo tells of all of them"
GUARDS = (
    "消费者权益保护部",
    "法律合规部",
    "风险与合规部",
)  # whose no sends a project back, the first of them that is asked


def forum_of(project: Project):
    return route(project)


def kind_of(unit) -> str:
    """A department by its name: those of branches carry the branch's before it."""
    return next((kind for kind in texts("review")["conditions"] if unit.name.endswith(kind)), "其他")


def _asked(project: Project) -> list[Consultation]:
    rows = Consultation.objects.unscoped(STORY).filter(project=project).select_related("unit")
    return list(rows.order_by("pk"))


def given(bank: Bank, project: Project, manager, theme, fated: str, chance) -> Story:
    """Each department asked gives its opinion; conditions are answered. A no may stay unanswered."""
    asked = _asked(project)
    chance.shuffle(asked)
    guard = min(
        asked, key=lambda row: (GUARDS.index(kind) if (kind := kind_of(row.unit)) in GUARDS else 9, row.pk)
    )
    flagship = texts("flagship")["opinions"]
    for row in asked[: -(len(asked) // 2)] if fated == WAITING else asked:
        if fated in ("sent back", "disagree") and row is guard:
            continue
        yield chance.choice((0, 1, 1, 2))
        own = flagship["departments"].get(row.unit.name) if project.title == flagship["title"] else None
        yield from one(bank, row, manager, theme, chance, own)
    if fated == WAITING:
        yield 400
    if fated == "disagree":
        yield 1
        by = _answers_for(bank, guard, project)
        give_opinion(guard, by=by, opinion="disagree", text=chance.choice(theme["objection"]))
        yield 21  # the objection stays open for weeks
        answer_opinion(guard, by=manager, reply="adopt", text=theme["revised"][0])
    yield 1


def one(bank: Bank, row: Consultation, manager, theme, chance, own) -> Story:
    """One department's opinion and what is answered to it. Consumer protection sets a condition more often than others."""
    words, kind = texts("review"), kind_of(row.unit)
    by = _answers_for(bank, row, row.project)
    likely = 0.36 if kind == "消费者权益保护部" else 0.14
    opinion, text, reply = (
        "agree",
        bank.deal(f"agree {kind}", words["agree"].get(kind, words["agree"]["其他"])),
        "",
    )
    if own:
        opinion, text, reply = (*own, "")[:3]
    elif chance.random() < likely:
        opinion = "agree_with_conditions"
        text = bank.deal(f"{theme['name']} {kind}", theme["conditions"].get(kind, words["conditions"][kind]))
        reply = bank.deal(f"adopted {kind}", words["adopted"].get(kind, words["adopted"]["其他"]))
    give_opinion(row, by=by, opinion=opinion, text=text)
    if opinion == "agree_with_conditions":
        yield chance.randint(1, 3)
        adopted = own or chance.random() < 0.88
        if not adopted:
            reply = chance.choice(words["not_adopted"])
        answer_opinion(row, by=manager, reply="adopt" if adopted else "not_adopt", text=reply)


def sent_back(bank: Bank, project: Project, manager, head, theme, chance) -> Story:
    """The guard says no; the head sends the proposal back; the manager changes it and hands it in again."""
    guard = min(_asked(project), key=lambda row: (bool(row.opinion), row.pk))
    yield 1
    by = _answers_for(bank, guard, project)
    number = chance.randrange(len(theme["objection"]))
    give_opinion(guard, by=by, opinion="disagree", text=theme["objection"][number])
    yield 1
    return_project(project, by=head, reason=f"{guard.unit.name}不同意按现方案开办，请逐条修改后重新申报。")
    yield chance.randint(6, 16)
    answer_opinion(guard, by=manager, reply="adopt", text=f"采纳。{theme['revised'][number]}")
    yield minutes(20, 90, chance)
    project.refresh_from_db()
    approach = f"{project.approach}\n5. 按会签意见修改：{theme['revised'][number]}"
    edit_project(project, by=manager, version=project.version, approach=approach)
    yield minutes(5, 30, chance)
    submit_project(project, by=manager)
    yield chance.randint(1, 2)


def _answers_for(bank: Bank, row: Consultation, project: Project):
    """Its officer, or who does where that one has a hand in the project."""
    by = bank.officers[row.unit_id]
    return bank.seconds[row.unit_id] if by.person_id in (project.manager_id, project.proposer_id) else by
