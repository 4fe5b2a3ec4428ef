from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.jobs import drain
from apps.core.models import Entry
from apps.core.verdict import Refused
from apps.projects.actions import sign_project, submit_project
from apps.projects.models import Project
from apps.review.actions import (
    answer_opinion,
    assign,
    call_meeting,
    call_roll,
    cast_vote,
    close_ballot,
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
from apps.review.models import Assignment, Consultation, Meeting, Score, Topic
from apps.review.models.forum import route
from tests.factories import PostFactory, branch_group, committee, make_project, ready_for_review, signed
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return committee()


@pytest.fixture
def officer(house):
    return PostFactory(role="group_lead").user


@pytest.fixture
def project(officer):
    return ready_for_review(make_project(officer), by=officer)


@pytest.fixture
def topic(house, project):
    round_ = open_round(house.forum, [project], by=house.secretary, title="十一月评审")
    return round_.topics.get()


def full_marks(assignment, value=8):
    return {criterion.pk: value for criterion in assignment.topic.round.rubric.criteria.all()}


def consultations(project):
    return list(Consultation.objects.unscoped("a test").filter(project=project))


@pytest.mark.parametrize(
    ("asked", "extra", "goes_to"),
    [
        (50 * WAN, {}, "branch_group"),
        (50 * WAN + 1, {}, "committee"),
        (WAN, {"cross_branch": True}, "committee"),
        (WAN, {"first_in_industry": True}, "committee"),
    ],
)
def test_the_route_goes_by_amount_reach_and_novelty(house, officer, asked, extra, goes_to):
    branch_group(officer.standing[0].unit, house.secretary)
    project = make_project(officer, **extra)
    project.asked_fen = asked
    assert route(project).kind == goes_to


def test_a_signature_asks_the_departments_who_then_see_the_project_and_nobody_else_does(house, officer):
    stranger = PostFactory(role="department_officer").user
    project = signed(make_project(officer), by=officer)
    assert [Project.objects.visible_to(o).count() for o in house.officers] == [0, 0]

    drain()

    assert [Project.objects.visible_to(o).count() for o in [*house.officers, stranger]] == [1, 1, 0]
    asked = consultations(project)
    with pytest.raises(Refused):
        give_opinion(asked[0], by=house.officers[1], opinion="agree")
    give_opinion(asked[0], by=house.officers[0], opinion="agree")
    with pytest.raises(Refused):
        give_opinion(asked[1], by=house.officers[1], opinion="agree_with_conditions", text=" ")
    give_opinion(
        asked[1],
        by=house.officers[1],
        opinion="agree_with_conditions",
        text="上线前须完成个人信息保护影响评估",
    )
    assert project.requirements.get(kind__code="opinions").met_at is None
    answer_opinion(asked[1], by=officer, reply="adopt", text="已列入试点里程碑")
    assert project.requirements.get(kind__code="opinions").met_at


def test_a_round_takes_ready_projects_of_its_own_forum_once(house, officer, project):
    with pytest.raises(Refused):
        open_round(house.forum, [make_project(officer)], by=house.secretary, title="x")
    with pytest.raises(Refused):
        open_round(house.forum, [project], by=officer, title="x")
    topic = open_round(house.forum, [project], by=house.secretary, title="x").topics.get()
    with pytest.raises(Refused):
        open_round(house.forum, [project], by=house.secretary, title="y")
    project.refresh_from_db()
    assert (project.stage.code, topic.snapshot["asked_fen"]) == ("review", 80 * WAN)


def test_a_topic_opens_only_after_a_clean_declaration(house, topic, project):
    reviewer = PostFactory(role="reviewer").user
    assignment = assign(topic, reviewer.person, by=house.secretary)
    assert Project.objects.visible_to(reviewer).count() == 0
    with pytest.raises(Refused):
        submit_scores(assignment, by=reviewer, scores=full_marks(assignment))

    declare(assignment, by=reviewer, conflict=False)

    assert list(Project.objects.visible_to(reviewer)) == [project]
    submit_scores(assignment, by=reviewer, scores=full_marks(assignment))
    assert Assignment.objects.mine(reviewer).get().total_milli == 80_000


def test_a_conflict_takes_the_person_out_of_everything(house, topic, project):
    member = house.members[3]
    assignment = assign(topic, member.person, by=house.secretary)
    assert (Project.objects.visible_to(member).count(), Topic.objects.visible_to(member).count()) == (1, 1)

    declare(assignment, by=member, conflict=True, reason="配偶任职于合作方")

    assert (Project.objects.visible_to(member).count(), Topic.objects.visible_to(member).count()) == (0, 0)
    with pytest.raises(Refused):
        submit_scores(assignment, by=member, scores=full_marks(assignment))
    with pytest.raises(Refused):
        assign(topic, member.person, by=house.secretary)


def test_nobody_judges_what_they_have_a_hand_in(house, topic, project):
    PostFactory(role="reviewer", person=project.manager)
    with pytest.raises(Refused):
        assign(topic, project.manager, by=house.secretary)


def test_scores_of_others_are_hidden_until_ones_own_are_handed_in(house, topic):
    first, second = (PostFactory(role="reviewer").user for _n in range(2))
    one, two = (assign(topic, who.person, by=house.secretary) for who in (first, second))
    for assignment, who in ((one, first), (two, second)):
        declare(assignment, by=who, conflict=False)
    submit_scores(one, by=first, scores=full_marks(one))
    assert Score.objects.visible_to(second).count() == 0
    with pytest.raises(Refused):
        submit_scores(two, by=second, scores=full_marks(two, value=11))
    submit_scores(two, by=second, scores=full_marks(two))
    with pytest.raises(Refused):
        submit_scores(two, by=second, scores=full_marks(two, value=1))


@pytest.fixture
def meeting(house, topic):
    close_round(topic.round, by=house.secretary)
    meeting = call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today(), place="总行 1206")
    call_roll(meeting, {member.person_id for member in house.members}, by=house.secretary)
    return meeting


def vote(house, ballot, choices):
    for member, choice in zip(house.members, choices, strict=False):
        cast_vote(ballot, by=member, choice=choice)


def test_a_ballot_passes_with_two_thirds_and_its_minutes_carry_the_project_on(house, topic, meeting, project):
    ballot = open_ballot(topic, meeting, by=house.secretary)
    with pytest.raises(Refused):
        cast_vote(ballot, by=house.secretary, choice="for")
    vote(house, ballot, ["for"] * 6 + ["against"] * 2)
    with pytest.raises(Refused):
        close_ballot(ballot, by=house.secretary)  # one vote is missing, and there is time
    with pytest.raises(Refused):
        cast_vote(ballot, by=house.members[0], choice="against")
    cast_vote(ballot, by=house.members[8], choice="abstain")

    outcome = close_ballot(ballot, by=house.secretary)
    minutes = issue_minutes(draft_minutes(meeting, by=house.secretary), by=house.secretary)

    project.refresh_from_db()
    assert (outcome.result, outcome.base, outcome.needed) == ("passed", 9, 6)
    assert minutes.number == f"创新委纪〔{clock.today().year}〕1号"
    assert project.stage.code == "funding"
    cast = Entry.objects.filter(verb="ballot.vote").values_list("data", flat=True)
    assert {frozenset(data) for data in cast} == {frozenset({"ballot", "topic"})}


def test_a_recused_member_leaves_base_and_quorum(house, topic, project):
    assignment = assign(topic, house.members[8].person, by=house.secretary)
    declare(assignment, by=house.members[8], conflict=True, reason="参股")
    close_round(topic.round, by=house.secretary)
    meeting = call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today())
    call_roll(meeting, {member.person_id for member in house.members}, by=house.secretary)
    ballot = open_ballot(topic, meeting, by=house.secretary)
    with pytest.raises(Refused):
        cast_vote(ballot, by=house.members[8], choice="for")
    vote(house, ballot, ["for"] * 5 + ["against"] * 3)

    outcome = close_ballot(ballot, by=house.secretary)

    assert (outcome.result, outcome.members, outcome.base, outcome.needed) == ("failed", 8, 8, 6)


def test_without_quorum_a_ballot_does_not_close_until_its_time_is_over(house, topic, meeting):
    call_roll(meeting, {member.person_id for member in house.members[:5]}, by=house.secretary)
    ballot = open_ballot(topic, meeting, by=house.secretary, minutes=30)
    vote(house, ballot, ["for"] * 5)
    with pytest.raises(Refused):
        close_ballot(ballot, by=house.secretary)
    with clock.at(clock.now() + timedelta(hours=1)):
        with pytest.raises(Refused):
            cast_vote(ballot, by=house.members[5], choice="for")
        assert close_ballot(ballot, by=house.secretary).result == "no_quorum"


def test_minutes_say_nothing_a_ballot_does_not_bear_out(house, topic, meeting, project):
    ballot = open_ballot(topic, meeting, by=house.secretary)
    vote(house, ballot, ["for"] * 5 + ["against"] * 4)
    close_ballot(ballot, by=house.secretary)
    minutes = draft_minutes(meeting, by=house.secretary)
    decision = minutes.decisions.get()
    edit_minutes(
        minutes, by=house.secretary, version=1, text="", decisions={decision.pk: {"decision": "approve"}}
    )
    with pytest.raises(Refused):
        issue_minutes(minutes, by=house.secretary)
    edit_minutes(
        minutes,
        by=house.secretary,
        version=2,
        text="",
        decisions={decision.pk: {"decision": "return", "text": "补充试点方案"}},
    )
    issue_minutes(minutes, by=house.secretary)

    project.refresh_from_db()
    assert (project.state, minutes.number.endswith("1号")) == ("returned", True)


def test_a_project_signed_before_there_was_a_forum_is_asked_about_when_there_is_one():
    officer = PostFactory(role="group_lead").user
    project = signed(make_project(officer), by=officer)
    drain()
    assert consultations(project) == []

    committee()
    drain()

    assert len(consultations(project)) == 2


def test_a_topic_held_over_is_voted_on_anew_at_the_next_meeting(house, topic, meeting, project):
    first = open_ballot(topic, meeting, by=house.secretary)
    vote(house, first, ["for"] * 9)
    close_ballot(first, by=house.secretary)
    minutes = draft_minutes(meeting, by=house.secretary)
    edit_minutes(
        minutes,
        by=house.secretary,
        version=1,
        text="",
        decisions={minutes.decisions.get().pk: {"decision": "hold", "text": "待补充试点方案"}},
    )
    issue_minutes(minutes, by=house.secretary)
    project.refresh_from_db()
    assert (project.stage.code, project.holder_note) == ("review", "总行创新委员会")

    again = call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today())
    call_roll(again, {member.person_id for member in house.members}, by=house.secretary)
    with pytest.raises(Refused):
        call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today())
    second = open_ballot(topic, again, by=house.secretary)
    vote(house, second, ["for"] * 9)
    close_ballot(second, by=house.secretary)
    issue_minutes(draft_minutes(again, by=house.secretary), by=house.secretary)

    project.refresh_from_db()
    assert project.stage.code == "funding"


def test_a_written_vote_waits_for_everybody_or_for_its_end(house, topic):
    close_round(topic.round, by=house.secretary)
    meeting = call_meeting(
        house.forum, [topic], by=house.secretary, held_on=clock.today(), form=Meeting.Form.WRITTEN
    )
    ballot = open_ballot(topic, meeting, by=house.secretary, minutes=60)
    vote(house, ballot, ["for"] * 8)
    with pytest.raises(Refused):
        close_ballot(ballot, by=house.secretary)
    with clock.at(clock.now() + timedelta(hours=2)):
        outcome = close_ballot(ballot, by=house.secretary)
    assert (outcome.result, outcome.present, outcome.base) == ("passed", 8, 8)


def test_a_returned_project_is_signed_anew_and_comes_back_to_its_forum(house, officer):
    head = PostFactory(role="unit_head", unit=officer.standing[0].unit).user
    project = signed(make_project(officer), by=officer, head=head)
    drain()
    for consultation in consultations(project):
        who = next(o for o in house.officers if o.standing[0].unit == consultation.unit)
        give_opinion(consultation, by=who, opinion="agree")
    topic = open_round(house.forum, [project], by=house.secretary, title="一").topics.get()
    close_round(topic.round, by=house.secretary)
    meeting = call_meeting(house.forum, [topic], by=house.secretary, held_on=clock.today())
    minutes = draft_minutes(meeting, by=house.secretary)
    row = minutes.decisions.get()
    values = {"decision": "return", "text": "补充试点方案"}
    edit_minutes(minutes, by=house.secretary, version=1, text="", decisions={row.pk: values})
    issue_minutes(minutes, by=house.secretary)
    project = Project.objects.visible_to(officer).get()
    assert (project.state, project.holder) == ("returned", officer.person)

    submit_project(project, by=officer)
    sign_project(project, by=head)
    drain()

    project = Project.objects.visible_to(officer).get()
    assert project.holder_note == "总行创新委员会"
    assert open_round(house.forum, [project], by=house.secretary, title="二").topics.count() == 1
