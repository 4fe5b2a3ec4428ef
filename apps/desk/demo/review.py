"""Fifth chapter: the departments' opinions, the rounds with their declarations and scores, the meetings, ballots and minutes."""

from apps.core import clock
from apps.desk.demo.bank import Bank, texts
from apps.desk.demo.diary import Story
from apps.projects.models import Project
from apps.review.actions import (
    answer_opinion,
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
    give_opinion,
    issue_minutes,
    open_ballot,
    open_round,
    submit_scores,
)
from apps.review.models import Consultation
from apps.review.models.forum import route

STORY = "the demo tells of all of them"


def plan(bank: Bank) -> None:
    """The rhythm: the expert meeting monthly, the committee quarterly and a few times more, the groups monthly."""
    for days_ago in (*range(600, 40, -28), 28, 12, 3):
        bank.diary.begin(session(bank, bank.forums["experts"], f"expert{days_ago}"), days_ago)
    for days_ago in (596, 520, 450, 380, 310, 250, 200, 150, 110, 70, 40, 15):
        bank.diary.begin(session(bank, bank.forums["committee"], f"committee{days_ago}"), days_ago)
    for days_ago in (540, 320, 120):
        bank.diary.begin(session(bank, bank.forums["president"], f"president{days_ago}"), days_ago)
    for number, branch in enumerate(bank.branches):
        for days_ago in range(590 - number % 28, 0, -28):
            bank.diary.begin(session(bank, branch.forum, f"{branch.unit}{days_ago}", branch), days_ago)


def forum_of(bank: Bank, project: Project):
    return route(project)


# ── Opinions ────────────────────────────────────────────────────────────────────────────────────────────────────


def opinions(bank: Bank, project: Project, manager, fated: str, chance) -> Story:
    """Each department asked gives its opinion in its own time; conditions are answered. A no may stay unanswered."""
    words = texts("review")
    asked = list(
        Consultation.objects.unscoped(STORY).filter(project=project).select_related("unit").order_by("pk")
    )
    chance.shuffle(asked)
    # Consumer protection sets a condition more often than others; most opinions agree.
    for number, row in enumerate(asked):
        kind = _kind_of(row.unit.name)
        by = bank.officers[row.unit_id]
        opinion, text = "agree", chance.choice(words["agree"])
        likely = 0.34 if kind == "消费者权益保护部" else 0.12
        if fated == "disagree" and number == len(asked) - 1:
            opinion, text = "disagree", chance.choice(words["disagree"][kind])
        elif chance.random() < likely:
            opinion, text = "agree_with_conditions", chance.choice(words["conditions"][kind])
        if by.person_id in (project.manager_id, project.proposer_id):
            by = bank.seconds[row.unit_id]
        yield chance.choice((0, 1, 1, 2))
        give_opinion(row, by=by, opinion=opinion, text=text)
        if opinion == "agree_with_conditions":
            yield chance.randint(1, 3)
            adopted = chance.random() < 0.85
            reply = chance.choice(words["adopted" if adopted else "not_adopted"])
            answer_opinion(row, by=manager, reply="adopt" if adopted else "not_adopt", text=reply)
    if fated == "disagree":
        yield 21  # the objection stays open for weeks
        answer_opinion(row, by=manager, reply="adopt", text=chance.choice(words["adopted"]))
    yield 1


def _kind_of(name: str) -> str:
    return next((kind for kind in texts("review")["conditions"] if name.endswith(kind)), "其他")


# ── Rounds, meetings, minutes ───────────────────────────────────────────────────────────────────────────────────


def session(bank: Bank, forum, name: str, branch=None) -> Story:
    """One round of a forum with the meeting after it, over what waits for it."""
    waiting = [p for p in bank.ready[forum.pk] if _fits(p, forum)]
    if not waiting:
        return
    taken, bank.ready[forum.pk] = waiting[:8], waiting[8:]
    chance, words = bank.chance("session", name), texts("review")
    secretary = branch.lead if branch else bank.users["secretary"]
    today = clock.today()
    round_ = open_round(
        forum,
        taken,
        by=secretary,
        title=words["round"].format(forum=forum.name, year=today.year, month=today.month),
    )
    topics = list(round_.topics.all().marked())
    work = []
    for topic in topics:
        work += assign_reviewers(bank, topic, secretary, branch, chance)
    yield 1
    for number, (assignment, reviewer) in enumerate(work):
        score(bank, assignment, reviewer, chance, words)
        if number % 6 == 5:
            yield 1
    yield 3
    while round_.owed and not round_.past_due:
        yield 1
    close_round(round_, by=secretary)
    yield 2
    yield from meet(bank, forum, topics, secretary, branch, chance, words)


def _fits(project: Project, forum) -> bool:
    project.refresh_from_db()
    return project.state == "active" and project.stage.code == "proposal" and route(project) == forum


def assign_reviewers(bank: Bank, topic, secretary, branch, chance) -> list:
    project = topic.subject
    out = set(topic.recusals.all().marked().values_list("person", flat=True))
    if branch:
        pool = [*branch.members, *bank.reviewers[3:20]]
        chosen = [u for u in pool if u.person_id not in out and u is not secretary]
        chosen = chance.sample(chosen, 3)
    else:
        pool = [u for u in bank.reviewers[3:] if u.person_id not in out and u.person_id != project.manager_id]
        plain = [u for u in bank.reviewers[:3] if u.person_id not in out]
        chosen = [*chance.sample(plain, min(2, len(plain))), *chance.sample(pool, 3)]
    return [(assign(topic, user.person, by=secretary), user) for user in chosen]


def score(bank: Bank, assignment, reviewer, chance, words) -> None:
    """One in twelve declares a conflict and leaves the topic; in a round of today some have not begun."""
    if (bank.day - clock.today()).days < 12 and chance.random() < 0.3:
        return
    if chance.random() < 0.08:
        declare(assignment, by=reviewer, conflict=True, reason=chance.choice(words["conflicts"]))
        return
    declare(assignment, by=reviewer, conflict=False)
    level = chance.choice((6, 7, 7, 8, 8, 9))
    if bank.fates.get(assignment.topic.subject_id) == "reject":
        level = 4
    scores = {
        criterion.pk: max(0, min(criterion.max_score, level + chance.randint(-1, 1)))
        for criterion in assignment.topic.round.rubric.criteria.all()
    }
    comment = chance.choice(words["comments"]["low" if level < 5 else "high"])
    submit_scores(assignment, by=reviewer, scores=scores, comment=comment)


def meet(bank: Bank, forum, topics, secretary, branch, chance, words) -> Story:
    """The roll, a ballot for each topic, the minutes."""
    written = not branch and len(topics) <= 2 and chance.random() < 0.3
    place = (
        ""
        if written
        else (f"{branch.unit.short_name}分行五楼会议室" if branch else chance.choice(words["places"]))
    )
    meeting = call_meeting(
        forum,
        topics,
        by=secretary,
        held_on=clock.today(),
        place=place,
        form="written" if written else "sitting",
    )
    seats = [row for row in meeting.attendance.all() if row.votes]
    away = {row.person_id for row in chance.sample(seats, 1 if len(seats) > 8 else 0)}
    if not written:
        call_roll(meeting, {row.person_id for row in seats} - away, by=secretary)
    running = []
    for topic in topics:
        if bank.fates.get(topic.subject_id) == "return":
            continue  # sent back without a vote
        ballot = open_ballot(topic, meeting, by=secretary, minutes=60 * 24 * 6)
        running.append(ballot)
    for step in (0, 1):
        for ballot in running:
            vote(bank, ballot, away if not written else set(), chance, step)
        left = (bank.day - clock.today()).days
        yield left if left < 4 else int(written)  # a ballot of these days is still open
    for ballot in running:
        close_ballot(ballot, by=secretary)
    close_meeting(meeting, by=secretary)
    yield 1
    minutes = draft_minutes(meeting, by=secretary)
    decisions = {
        row.pk: decide(bank, row, chance, words)
        for row in minutes.decisions.all().marked().select_related("topic")
    }
    present = len(seats) - (0 if written else len(away))
    text = words["minutes"].format(
        forum=forum.name, due=len(seats), present=present, count=len(topics), chair=seats[0].person.name
    )
    edit_minutes(minutes, by=secretary, version=minutes.version, text=text, decisions=decisions)
    left = (bank.day - clock.today()).days
    yield left if left < 16 else chance.randint(1, 3)  # of the last days are still in draft
    issue_minutes(minutes, by=secretary)


def vote(bank: Bank, ballot, away: set, chance, step: int) -> None:
    """In two halves, so that a ballot of yesterday is still open."""
    against = bank.fates.get(ballot.topic.subject_id) == "reject"
    members = [m for m in ballot.members.all().marked() if not m.recused and m.person_id not in away]
    half = (len(members) + 1) // 2
    for number, member in enumerate(members[:half] if step == 0 else members[half:]):
        choice = "for"
        if against and number % 5 != 4:
            choice = "against"
        elif chance.random() < 0.06:
            choice = chance.choice(("against", "abstain"))
        cast_vote(ballot, by=bank.actor(member.person_id), choice=choice)


def decide(bank: Bank, row, chance, words) -> dict:
    """What the minutes say of a topic, as its ballot went."""
    decision = row.decision
    if bank.fates.get(row.topic.subject_id) == "return":
        return {"decision": "return", "text": chance.choice(words["returned"])}
    if decision == "reject":
        return {"decision": "reject", "text": chance.choice(words["rejected"])}
    if decision == "approve" and chance.random() < 0.25:
        return {
            "decision": "approve_with_conditions", "text": chance.choice(words["approved"]),
            "conditions": chance.choice(words["on_conditions"]),
        }  # fmt: skip
    return {"decision": decision, "text": chance.choice(words["approved"])}
