"""Fifth chapter: the rounds with their declarations and scores, the meetings, ballots and minutes."""

from datetime import time

from apps.core import clock
from apps.desk.demo.bank import HISTORY, Bank, texts
from apps.desk.demo.diary import Story, minutes, quiet
from apps.projects.models import Project
from apps.review.actions import (
    assign,
    call_meeting,
    call_roll,
    cast_vote,
    close_ballot,
    close_meeting,
    close_round,
    declare,
    draft_minutes,
    edit_minutes,
    issue_minutes,
    open_ballot,
    open_round,
    submit_scores,
)
from apps.review.models.forum import route

RETURNED, REJECTED = "return", "reject"
AT_ONCE = 8  # topics at most
COMMITTEE = (640, 560, 470, 380, 290, 245, 200, 155, 110, 68, 26)  # quarterly, and a few times more
PRESIDENT = (520, 330, 170, 60)


def plan(bank: Bank) -> None:
    """The rhythm: the expert meeting monthly, the committee quarterly and a few times more, the groups monthly."""
    sessions = [("experts", ago) for ago in (*range(HISTORY - 60, 40, -28), 27, 14, 4)]
    sessions += [("committee", ago) for ago in COMMITTEE] + [("president", ago) for ago in PRESIDENT]
    for name, ago in sessions:
        bank.diary.begin(session(bank, bank.forums[name], f"{name}{ago}"), ago)
    for number, branch in enumerate(bank.branches):
        for ago in range(HISTORY - 60 - number % 28, 0, -28):
            bank.diary.begin(session(bank, branch.forum, f"{branch.unit}{ago}", branch), ago)


def session(bank: Bank, forum, name: str, branch=None) -> Story:
    """One round of a forum with the meeting after it, over what waits for it."""
    if quiet(clock.today()):
        yield 14
    waiting = [project for project in bank.ready[forum.pk] if _fits(project, forum)]
    if not waiting:
        return
    taken, bank.ready[forum.pk] = waiting[:AT_ONCE], waiting[AT_ONCE:]
    chance, words = bank.chance("session", name), texts("review")
    secretary = branch.lead if branch else bank.users["secretary"]
    today = clock.today()
    title = words["round"].format(forum=forum.name, year=today.year, month=today.month)
    round_ = open_round(forum, taken, by=secretary, title=title)
    topics = list(round_.topics.all().marked())
    work = []
    for topic in topics:
        yield minutes(3, 12, chance)
        work += [
            (row, user, chance.randint(1, 4))
            for row, user in assign_reviewers(bank, topic, secretary, branch, chance)
        ]
    for assignment, reviewer, days in work:
        bank.diary.begin(score(bank, assignment, reviewer, chance, words), bank.diary.left - days)
    yield 6
    while round_.owed and not round_.past_due:
        yield 1
    close_round(round_, by=secretary)
    yield 2
    yield time(9, 30) if chance.random() < 0.5 else time(14, 10)
    yield from meet(bank, forum, topics, secretary, branch, chance, words)


def _fits(project: Project, forum) -> bool:
    project.refresh_from_db()
    return project.state == "active" and project.stage.code == "proposal" and route(project) == forum


def assign_reviewers(bank: Bank, topic, secretary, branch, chance) -> list:
    """Three people of a branch's own and from the pool, five of head office with experts from outside."""
    project = topic.subject
    out = set(topic.recusals.all().marked().values_list("person", flat=True))
    if branch:
        pool = [*branch.members, *bank.reviewers[3:20]]
        chosen = chance.sample([u for u in pool if u.person_id not in out and u is not secretary], 3)
    else:
        pool = [u for u in bank.reviewers[3:] if u.person_id not in out and u.person_id != project.manager_id]
        plain = [u for u in bank.reviewers[:3] if u.person_id not in out]
        chosen = [*chance.sample(plain, min(2, len(plain))), *chance.sample(pool, 3)]
    return [(assign(topic, user.person, by=secretary), user) for user in chosen]


def score(bank: Bank, assignment, reviewer, chance, words) -> Story:
    """One in twelve declares a conflict and leaves the topic; of these days' some have not begun, or have only declared."""
    fresh = bank.diary.left < 9
    if fresh and chance.random() < 0.35:
        return
    if chance.random() < 0.08:
        declare(assignment, by=reviewer, conflict=True, reason=chance.choice(words["conflicts"]))
        return
    declare(assignment, by=reviewer, conflict=False)
    if fresh and chance.random() < 0.3:
        return
    yield minutes(12, 75, chance)
    refused = bank.fates.get(assignment.topic.subject_id) == REJECTED
    level = chance.choice((3, 4, 4, 5)) if refused else chance.choice((6, 7, 7, 7, 8, 8, 9))
    scores = {
        criterion.pk: max(1, min(criterion.max_score, level + chance.randint(-2, 1)))
        for criterion in assignment.topic.round.rubric.criteria.all()
    }
    theme = bank.themes[assignment.topic.subject_id]
    sort = "low" if refused else "high"
    submit_scores(
        assignment,
        by=reviewer,
        scores=scores,
        comment=bank.deal(f"{sort} {theme['name']}", theme[sort]) + "。",
    )


# ── Meetings, ballots, minutes ──────────────────────────────────────────────────────────────────────────────────


def meet(bank: Bank, forum, topics, secretary, branch, chance, words) -> Story:
    """The roll, a ballot for each topic, the minutes. A single topic may be decided by a written vote."""
    written = len(topics) == 1 and chance.random() < (0.25 if branch else 0.5)
    place = f"{branch.unit.short_name}分行五楼会议室" if branch else chance.choice(words["places"])
    meeting = call_meeting(
        forum, topics, by=secretary, held_on=clock.today(), place="" if written else place,
        form="written" if written else "sitting",
    )  # fmt: skip
    seats = [row for row in meeting.attendance.all() if row.votes]
    away: set[int] = set()
    if not written:
        away = {
            row.person_id
            for row in chance.sample(seats[1:], chance.choice((0, 1, 1, 2)) if len(seats) > 8 else 0)
        }
        yield minutes(4, 12, chance)
        call_roll(
            meeting,
            {row.person_id for row in seats} - away,
            by=secretary,
            observers=_observers(branch, chance),
        )
    running = []
    for topic in topics:
        if bank.fates.get(topic.subject_id) == RETURNED:
            continue  # sent back without a vote
        yield minutes(8, 15, chance)  # it is presented and talked over
        ballot = open_ballot(topic, meeting, by=secretary, minutes=60 * 24 * 14)
        running.append(ballot)
        yield from votes(bank, ballot, away, written, chance)
        if not written:
            close_ballot(ballot, by=secretary)
    if written:
        yield 1
        for ballot in running:
            close_ballot(ballot, by=secretary)
    yield minutes(5, 25, chance)
    close_meeting(meeting, by=secretary)
    yield from written_down(bank, meeting, secretary, len(seats), len(seats) - len(away), chance, words)


def _observers(branch, chance) -> str:
    return (
        ""
        if branch
        else chance.choice(("审计部、办公室各一人列席", "申报单位负责人列席", "纪检部门一人列席"))
    )


def votes(bank: Bank, ballot, away: set, written: bool, chance) -> Story:
    """One after another, within minutes at a sitting and within days in writing; one of these days is still open."""
    against = bank.fates.get(ballot.topic.subject_id) == REJECTED
    members = [m for m in ballot.members.all().marked() if not m.recused and m.person_id not in away]
    for number, member in enumerate(members):
        if bank.diary.left < 3 and number > len(members) // 2:
            yield 10  # the day of the demo comes first
        choice = "for"
        if against and number % 5 != 4:
            choice = "against"
        elif chance.random() < 0.06:
            choice = chance.choice(("against", "abstain"))
        cast_vote(ballot, by=bank.actor(member.person_id), choice=choice)
        yield minutes(30, 150, chance) if written else minutes(0, 2, chance)


def written_down(bank: Bank, meeting, secretary, due: int, present: int, chance, words) -> Story:
    """The minutes, in draft for some days, then issued with their number."""
    yield 1
    minutes_ = draft_minutes(meeting, by=secretary)
    decisions = {
        row.pk: decide(bank, row, words, chance)
        for row in minutes_.decisions.all().marked().select_related("topic")
    }
    form = words["minutes_written" if meeting.form == "written" else "minutes"]
    chair = meeting.attendance.all().marked().select_related("person").order_by("pk")[0].person.name
    text = form.format(forum=meeting.forum.name, due=due, present=present, count=len(decisions), chair=chair)
    yield minutes(30, 160, chance)
    edit_minutes(minutes_, by=secretary, version=minutes_.version, text=text, decisions=decisions)
    yield max(1, bank.diary.left) if bank.diary.left < 9 else chance.randint(1, 3)
    issue_minutes(minutes_, by=secretary)


def decide(bank: Bank, row, words, chance) -> dict:
    """What the minutes say of a topic, as its ballot went."""
    decision = row.decision
    if bank.fates.get(row.topic.subject_id) == RETURNED:
        return {"decision": "return", "text": bank.deal("returned", words["returned"])}
    if decision == "reject":
        return {"decision": "reject", "text": bank.deal("rejected", words["rejected"])}
    if decision == "approve" and chance.random() < 0.25:
        return {
            "decision": "approve_with_conditions", "text": chance.choice(words["approved"]),
            "conditions": bank.deal("conditions", words["on_conditions"]),
        }  # fmt: skip
    return {"decision": decision, "text": chance.choice(words["approved"])}
