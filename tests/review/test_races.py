"""At once, by the pages: a vote, a sheet handed in, a ballot opened and closed. Each happens once, and nobody gets an error page."""

import threading
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.models import Entry
from apps.core.versions import seen_of
from apps.org.models import Membership
from apps.review.actions import assign, cast_vote, declare, open_ballot, open_round
from apps.review.models import Assignment, Ballot, Meeting, Minutes, Score, Topic, Vote
from tests.factories import PostFactory, committee, judged, make_project, ready_for_review, sitting
from tests.racing import answered, press, race, windows

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.xdist_group("races"),
    pytest.mark.django_db(transaction=True),
]

ROUNDS = 6
MEMBERS = 9


def url(name, *args):
    return reverse(f"review:{name}", args=args)


def rows(model):
    return model.objects.unscoped("a test")


def lines(verb, **data):
    return Entry.objects.filter(verb=verb, **{f"data__{key}": value for key, value in data.items()}).count()


@pytest.fixture
def house():
    """A committee with two secretaries, and as many judged topics as there are rounds."""
    house = committee(members=MEMBERS)
    second = PostFactory(role="innovation_secretary", unit=house.root).user
    Membership.objects.create(
        body=house.body, person=second.person, role=Membership.Role.SECRETARY, starts="2020-01-01"
    )
    lead = PostFactory(role="group_lead").user
    house.second, house.projects = (
        second,
        [ready_for_review(make_project(lead, title=f"项目{number}"), by=lead) for number in range(ROUNDS)],
    )
    return house


@pytest.fixture
def meeting(house):
    house.topics = judged(house, *house.projects)
    return sitting(house, *house.topics)


@pytest.fixture
def ballots(house, meeting):
    return [open_ballot(topic, meeting, by=house.secretary) for topic in house.topics]


def test_a_double_click_on_a_vote_is_one_vote(house, ballots):
    member = windows(house.members[0])

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(member[runner], url("ballot_vote", ballots[number].pk), choice="for")
    )  # fmt: skip

    assert answered(outcomes) == [["error", "success"]] * ROUNDS
    assert [rows(Vote).filter(ballot=ballot).count() for ballot in ballots] == [1] * ROUNDS
    assert [lines("ballot.vote", ballot=ballot.pk) for ballot in ballots] == [1] * ROUNDS


def test_two_windows_that_vote_for_and_against_leave_one_of_the_two(house, ballots):
    member = windows(house.members[0])
    choices = ("for", "against")

    outcomes = race(
        2, ROUNDS,
        lambda runner, number: press(member[runner], url("ballot_vote", ballots[number].pk), choice=choices[runner]),
    )  # fmt: skip

    counted = [list(rows(Vote).filter(ballot=ballot).values_list("choice", flat=True)) for ballot in ballots]
    assert counted == [[choices[round_.index("success")]] for round_ in outcomes]
    assert answered(outcomes) == [["error", "success"]] * ROUNDS


def test_a_double_click_on_a_secret_vote_is_counted_once(house, meeting):
    ballots = [open_ballot(topic, meeting, by=house.secretary, secret=True) for topic in house.topics]
    member = windows(house.members[0])

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(member[runner], url("ballot_vote", ballots[number].pk), choice="for")
    )  # fmt: skip

    assert answered(outcomes) == [["error", "success"]] * ROUNDS
    counted = rows(Ballot).values_list("secret_for", "secret_against", "secret_abstain")
    assert (list(counted), rows(Vote).count()) == ([(1, 0, 0)] * ROUNDS, ROUNDS)


def test_all_members_vote_at_once_and_each_vote_is_there(house, ballots):
    members = [windows(member, 1)[0] for member in house.members]

    outcomes = race(
        MEMBERS, ROUNDS,
        lambda runner, number: press(members[runner], url("ballot_vote", ballots[number].pk), choice="for"),
    )  # fmt: skip

    assert outcomes == [["success"] * MEMBERS] * ROUNDS
    assert [rows(Vote).filter(ballot=ballot).count() for ballot in ballots] == [MEMBERS] * ROUNDS


def test_of_two_who_close_a_ballot_at_once_one_does(house, ballots):
    for ballot in ballots:
        for member in house.members:
            cast_vote(ballot, by=member, choice="for")
    secretaries = [windows(house.secretary, 1)[0], windows(house.second, 1)[0]]

    outcomes = race(
        2, ROUNDS, lambda runner, number: press(secretaries[runner], url("ballot_close", ballots[number].pk))
    )

    assert answered(outcomes) == [["302", "error"]] * ROUNDS
    results = list(rows(Ballot).values_list("state", "result"))
    assert results == [("closed", "passed")] * ROUNDS
    assert [lines("ballot.close", ballot=ballot.pk) for ballot in ballots] == [1] * ROUNDS


def test_votes_that_arrive_while_the_ballot_closes_are_counted_or_refused_and_never_lie_beside_the_count(
    house, ballots
):
    """The last four vote in the moment in which the time is over, and both secretaries close."""
    late = house.members[-4:]
    for ballot in ballots:
        for member in house.members[:-4]:
            cast_vote(ballot, by=member, choice="for")
    sessions = [windows(user, 1)[0] for user in (house.secretary, house.second, *late)]
    at, began = {}, threading.Lock()

    def end_of(number):
        """When the time of this round's ballot is over: whoever comes first says it."""
        with began:
            if number not in at:
                at[number] = clock.now() + timedelta(seconds=0.3)
                rows(Ballot).filter(pk=ballots[number].pk).update(closes_at=at[number])
        return at[number]

    def work(runner, number):
        ballot, voter = ballots[number], runner - 2
        left = (end_of(number) - clock.now()).total_seconds()
        if voter < 0:
            time.sleep(max(0, left - 0.05))
            said = [press(sessions[runner], url("ballot_close", ballot.pk))]
            while said[-1] == "error" and not rows(Ballot).filter(pk=ballot.pk, state="closed").exists():
                said.append(press(sessions[runner], url("ballot_close", ballot.pk)))
            return said[-1]
        time.sleep(max(0, left - 0.05 * voter))
        return press(sessions[runner], url("ballot_vote", ballot.pk), choice="against")

    outcomes = race(2 + len(late), ROUNDS, work)

    answered(outcomes)
    for ballot, (*closings, one, two, three, four) in zip(ballots, outcomes, strict=True):
        ballot.refresh_from_db()
        assert sorted(closings) == ["302", "error"]
        votes = rows(Vote).filter(ballot=ballot)
        assert [said == "success" for said in (one, two, three, four)] == [
            votes.filter(voter=member.person_id).exists() for member in late
        ]
        told = ballot.outcome
        assert told["votes_for"] + told["votes_against"] + told["abstentions"] == votes.count()


def test_of_two_who_open_the_ballot_on_a_topic_at_once_one_does(house, meeting):
    secretaries = [windows(house.secretary, 1)[0], windows(house.second, 1)[0]]

    outcomes = race(
        2, ROUNDS,
        lambda runner, number: press(
            secretaries[runner], url("ballot_open", meeting.pk, house.topics[number].pk), minutes="60"
        ),
    )  # fmt: skip

    assert answered(outcomes) == [["302", "error"]] * ROUNDS
    assert [rows(Ballot).filter(topic=topic).count() for topic in house.topics] == [1] * ROUNDS
    assert [lines("ballot.open", topic=topic.pk) for topic in house.topics] == [1] * ROUNDS


@pytest.fixture
def sheets(house):
    """One reviewer, and a sheet of each round's own, ready to be handed in."""
    round_ = open_round(house.forum, house.projects, by=house.secretary, title="十一月评审")
    reviewer = PostFactory(role="reviewer", unit=house.root).user
    assignments = [assign(topic, reviewer.person, by=house.secretary) for topic in round_.topics.all()]
    for assignment in assignments:
        declare(assignment, by=reviewer, conflict=False)
    criteria = list(round_.rubric.criteria.all())
    seen = [seen_of(assignment, assignment.DRAFT) for assignment in assignments]  # what both windows show
    return SimpleNamespace(reviewer=reviewer, assignments=assignments, criteria=criteria, seen=seen)


def test_a_double_click_on_a_sheet_hands_it_in_once(sheets):
    reviewer = windows(sheets.reviewer)

    def hand_in(runner, number):
        filled = {f"score_{criterion.pk}": str(7 + runner) for criterion in sheets.criteria}
        filled |= {"seen": sheets.seen[number], "comment": "成熟", "then": "submit"}
        return press(reviewer[runner], url("review_score", sheets.assignments[number].pk), **filled)

    outcomes = race(2, ROUNDS, hand_in)

    assert answered(outcomes) == [["200", "success"]] * ROUNDS  # the other sees the sheet as it is
    for assignment, round_ in zip(sheets.assignments, outcomes, strict=True):
        assignment.refresh_from_db()
        kept = list(rows(Score).filter(assignment=assignment).values_list("value", flat=True))
        assert kept == [7 + round_.index("success")] * len(sheets.criteria)
        assert assignment.state == Assignment.State.DONE
        assert lines("score.submit", assignment=assignment.pk) == 1


def test_of_a_draft_and_a_sheet_handed_in_at_once_the_first_stands(sheets):
    reviewer = windows(sheets.reviewer)

    def work(runner, number):
        filled = {f"score_{criterion.pk}": str((8, 2)[runner]) for criterion in sheets.criteria}
        filled |= {"seen": sheets.seen[number], "comment": "成熟", "then": ("submit", "save")[runner]}
        return press(reviewer[runner], url("review_score", sheets.assignments[number].pk), **filled)

    outcomes = race(2, ROUNDS, work)

    # Whichever comes first stands; the other is shown both texts.
    assert answered(outcomes) == [["200", "success"]] * ROUNDS
    for assignment, (handed_in, _kept) in zip(sheets.assignments, outcomes, strict=True):
        assignment.refresh_from_db()
        stands = set(rows(Score).filter(assignment=assignment).values_list("value", flat=True))
        first = handed_in == "success"
        assert (stands, assignment.state == Assignment.State.DONE) == ({8 if first else 2}, first)


def test_minutes_drafted_and_issued_by_two_at_once_are_one_paper_and_each_decision_takes_effect_once(
    house, meeting, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    for topic in house.topics:
        ballot = open_ballot(topic, meeting, by=house.secretary)
        for member in house.members:
            cast_vote(ballot, by=member, choice="for")
        ballot_closed = windows(house.secretary, 1)[0]
        press(ballot_closed, url("ballot_close", ballot.pk))
    secretaries = [windows(house.secretary, 1)[0], windows(house.second, 1)[0]]

    answered(race(2, 1, lambda runner, _number: press(secretaries[runner], url("minutes_draft", meeting.pk))))
    minutes = rows(Minutes).get()
    answered(race(2, 1, lambda runner, _number: press(secretaries[runner], url("minutes_issue", minutes.pk))))

    minutes.refresh_from_db()
    assert (minutes.state, lines("minutes.draft"), lines("minutes.issue")) == ("issued", 1, 1)
    decided = Counter(Entry.objects.filter(verb="topic.decide").values_list("data__topic", flat=True))
    assert decided == {topic.pk: 1 for topic in house.topics}
    assert set(rows(Topic).values_list("state", flat=True)) == {"decided"}
    assert rows(Meeting).get().state == Meeting.State.CLOSED
