"""From a signed project to issued minutes by the pages alone, each step by its own person."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.jobs import drain
from apps.core.journal import timeline
from apps.core.versions import seen_of
from apps.projects.models import Project
from apps.review.models import Assignment, Ballot, Consultation, Meeting, Minutes, Round
from tests.factories import PostFactory, committee, make_project, submitted

pytestmark = pytest.mark.django_db


def url(name, *args, app="review"):
    return reverse(f"{app}:{name}", args=args)


@pytest.fixture
def act(client):
    """Sign in as somebody and press a button: the answer leads on to a page."""

    def press(user, address, **data):
        client.force_login(user)
        response = client.post(address, data)
        assert response.status_code == 302, (address, response.status_code)
        assert client.get(response.url).status_code == 200, response.url

    return press


def test_a_signed_project_is_consulted_scored_voted_on_and_minuted(act, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    house = committee()
    lead = PostFactory(role="group_lead").user
    head = PostFactory(role="unit_head", unit=lead.standing[0].unit).user
    reviewers = [PostFactory(role="reviewer", unit=house.root).user for _number in range(2)]
    project = submitted(make_project(lead), by=lead)
    secretary = house.secretary

    def stands():
        seen = Project.objects.visible_to(lead).select_related("holder").get()
        return seen.stage.code, seen.holder.name if seen.holder else seen.holder_note, seen.due_on

    act(head, url("project_sign", project.pk, app="projects"))
    drain()
    one, two = Consultation.objects.visible_to(lead).order_by("pk")
    assert stands() == ("proposal", "会签部门", one.due_on)
    act(house.officers[0], url("consultation_give", one.pk), opinion="agree")
    act(
        house.officers[1],
        url("consultation_give", two.pk),
        opinion="agree_with_conditions",
        text="完成影响评估",
    )
    assert stands()[1] == lead.person.name
    act(lead, url("consultation_answer", two.pk), reply="adopt", text="列入里程碑")
    assert stands()[:2] == ("proposal", "总行创新委员会")

    due = clock.today() + timedelta(days=7)
    act(
        secretary,
        url("round_open"),
        title="四季度评审",
        due_on=due.isoformat(),
        topics=[project.pk],
        decides="mean",
    )
    assert stands() == ("review", "总行创新委员会", due)
    round_ = Round.objects.visible_to(secretary).get()
    topic = round_.topics.get()
    people = [reviewer.person_id for reviewer in reviewers]
    act(secretary, url("topic_assign", topic.pk), reviewer=people, due_on=due.isoformat())
    sheet = {f"score_{criterion.pk}": "8" for criterion in round_.rubric.criteria.all()}
    for reviewer in reviewers:
        review = Assignment.objects.mine(reviewer).get()
        act(reviewer, url("review_declare", review.pk), conflict="no")
        act(
            reviewer,
            url("review_score", review.pk),
            **sheet,
            comment="成熟",
            then="submit",
            seen=seen_of(review, review.DRAFT),
        )
    act(secretary, url("round_move", round_.pk, "close"))

    day = clock.today() + timedelta(days=3)
    act(
        secretary,
        url("meeting_call"),
        form="sitting",
        held_on=day.isoformat(),
        place="1206",
        topics=[topic.pk],
    )
    assert stands() == ("review", "总行创新委员会", day)
    meeting = Meeting.objects.visible_to(secretary).get()
    act(
        secretary,
        url("meeting_roll", meeting.pk),
        present=[m.person_id for m in house.members],
        observers="林知远",
    )
    act(secretary, url("ballot_open", meeting.pk, topic.pk), minutes="60")
    ballot = Ballot.objects.visible_to(secretary).get()
    for member in house.members:
        act(member, url("ballot_vote", ballot.pk), choice="for")
    act(secretary, url("ballot_close", ballot.pk))
    act(secretary, url("minutes_draft", meeting.pk))
    minutes = Minutes.objects.visible_to(secretary).get()
    act(secretary, url("minutes_issue", minutes.pk))

    minutes.refresh_from_db()
    assert (minutes.state, stands()[:2]) == ("issued", ("funding", "资源管理"))
    told = [entry.verb for entry in timeline(lead, project)]
    reviewed = [
        "consultation.answer",
        "round.topic",
        "meeting.agenda",
        "ballot.open",
        "ballot.close",
        "topic.decide",
    ]
    assert [verb for verb in reversed(told) if verb in reviewed] == reviewed
    assert [verb for verb in told if verb.startswith(("assignment.", "score.", "ballot.vote"))] == []
