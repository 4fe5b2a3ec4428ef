"""Rounds and reviews by the pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.models import Entry
from apps.core.versions import seen_of
from apps.review.actions import assign, close_round, declare, open_round, submit_scores
from apps.review.actions.round import recuse
from apps.review.models import Round
from tests.factories import PostFactory, committee, make_project, ready_for_review

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return committee()


@pytest.fixture
def officer(house):
    return PostFactory(role="group_lead").user


@pytest.fixture
def project(officer):
    return ready_for_review(make_project(officer, title="金丝雀项目"), by=officer)


@pytest.fixture
def topic(house, project):
    return open_round(house.forum, [project], by=house.secretary, title="十一月评审").topics.get()


@pytest.fixture
def reviewer(house):
    return PostFactory(role="reviewer", unit=house.root).user


def url(name, *args):
    return reverse(f"review:{name}", args=args)


def text(response):
    assert response.status_code == 200
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def draft_of(assignment):
    """What the page of the sheet carries along."""
    assignment.refresh_from_db()
    return {"seen": seen_of(assignment, assignment.DRAFT)}


def sheet(topic, value=8, **extra):
    return {f"score_{c.pk}": str(value) for c in topic.round.rubric.criteria.all()} | extra


def test_a_round_is_opened_of_what_is_ready_and_reviewers_are_asked(
    client, house, officer, project, reviewer
):
    make_project(officer, title="没准备好")
    client.force_login(house.secretary)
    assert "金丝雀项目" in text(client.get("/"))
    page = text(client.get(url("round_open")))
    assert ("金丝雀项目" in page, "没准备好" in page) == (True, False)
    bad = client.post(
        url("round_open"),
        {"title": "四季度评审", "due_on": "2020-01-01", "topics": [project.pk], "decides": "mean"},
    )
    assert (list(bad.context_data["form"].errors), Round.objects.unscoped("a test").count()) == (
        ["due_on"],
        0,
    )

    client.post(
        url("round_open"),
        {"title": "四季度评审", "due_on": "2099-01-01", "topics": [project.pk], "decides": "calibrated"},
    )
    round_ = Round.objects.visible_to(house.secretary).get()
    topic = round_.topics.get()
    assert round_.decides == "calibrated"
    offered = client.get(url("topic_assign", topic.pk)).context_data["offered"]
    reasons = {row["person"]: row["reason"] for row in offered}
    assert reasons[reviewer.person] == ""
    assert reasons[officer.person]
    client.post(
        url("topic_assign", topic.pk),
        {"reviewer": [reviewer.person_id, house.members[0].person_id], "due_on": "2099-01-01"},
    )

    project.refresh_from_db()
    assert (project.holder_note, project.due_on.isoformat()) == ("总行创新委员会", "2099-01-01")
    assert {a.reviewer for a in topic.assignments.all()} == {reviewer.person, house.members[0].person}
    again = client.post(
        url("topic_assign", topic.pk), {"reviewer": [reviewer.person_id], "due_on": "2099-01-01"}
    )
    assert again.context_data["form"].non_field_errors()


def test_before_the_declaration_there_is_a_number_and_a_field_and_nothing_else(
    client, house, topic, reviewer
):
    row = assign(topic, reviewer.person, by=house.secretary)
    client.force_login(reviewer)
    pages = [
        row.get_absolute_url(),
        url("review_list"),
        url("review_list") + "?format=csv",
        "/",
        "/search/?q=金丝雀",
    ]
    for address in pages:
        assert "金丝雀项目" not in text(client.get(address)), address
    assert client.get(topic.subject.get_absolute_url()).status_code == 404
    early = client.post(url("review_score", row.pk), sheet(topic, then="submit"))
    assert (early.status_code, row.scores.count()) == (200, 0)

    client.post(url("review_declare", row.pk), {"conflict": "no"})

    for address in [*pages[:4], topic.subject.get_absolute_url()]:
        assert "金丝雀项目" in text(client.get(address)), address


def test_who_declares_a_conflict_finds_nothing_of_the_topic_any_more(client, house, topic):
    member = house.members[3]
    row = assign(topic, member.person, by=house.secretary)
    client.force_login(member)
    assert "金丝雀项目" in text(client.get(topic.round.get_absolute_url()))
    missing = client.post(url("review_declare", row.pk), {"conflict": "yes", "reason": ""})
    assert "reason" in missing.context_data["declaration"].errors

    client.post(url("review_declare", row.pk), {"conflict": "yes", "reason": "配偶任职于合作方"})

    for address in [
        row.get_absolute_url(), url("review_list"), url("review_list") + "?format=csv", url("round_list"),
        url("round_list") + "?format=csv", topic.round.get_absolute_url(), url("consultation_list"), "/projects/", "/",
        "/search/?q=金丝雀",
    ]:  # fmt: skip
        assert "金丝雀项目" not in text(client.get(address)), address
    assert client.get(topic.subject.get_absolute_url()).status_code == 404


def test_a_draft_is_kept_and_the_sheet_handed_in_once(client, house, topic, reviewer):
    row = assign(topic, reviewer.person, by=house.secretary)
    declare(row, by=reviewer, conflict=False)
    client.force_login(reviewer)
    first = topic.round.rubric.criteria.first()
    client.post(
        url("review_score", row.pk),
        {f"score_{first.pk}": "9", "comment": "还要再看", "then": "draft"} | draft_of(row),
    )
    page = text(client.get(row.get_absolute_url()))
    assert "还要再看" in page
    half = client.post(
        url("review_score", row.pk),
        {f"score_{first.pk}": "9", "comment": "写了很多", "then": "submit"} | draft_of(row),
    )
    assert len(half.context_data["sheet"].errors) == topic.round.rubric.criteria.count() - 1
    assert "写了很多" in text(half)
    wrong = client.post(url("review_score", row.pk), sheet(topic, value="11", then="submit") | draft_of(row))
    assert len(wrong.context_data["sheet"].errors) == topic.round.rubric.criteria.count()

    for value in (8, 2):
        client.post(
            url("review_score", row.pk), sheet(topic, value, comment="成熟", then="submit") | draft_of(row)
        )

    row.refresh_from_db()
    assert (row.state, row.total_milli, row.comment) == ("done", 80_000, "成熟")
    assert Entry.objects.filter(verb="score.submit").count() == 1


def test_results_are_the_offices_and_a_reviewers_own_come_first(client, house, topic, reviewer):
    member = house.members[0]
    rows = [assign(topic, who.person, by=house.secretary) for who in (reviewer, member)]
    for row, who in zip(rows, (reviewer, member), strict=True):
        declare(row, by=who, conflict=False)
    submit_scores(rows[0], by=reviewer, scores={c.pk: 9 for c in topic.round.rubric.criteria.all()})

    def result(user):
        client.force_login(user)
        return client.get(topic.round.get_absolute_url()).context_data["topics"][0]["result"]

    assert (result(house.secretary)["mean"], result(member), result(house.members[1])) == (90_000, None, None)
    submit_scores(rows[1], by=member, scores={c.pk: 7 for c in topic.round.rubric.criteria.all()})
    found = result(member)
    assert (found["mean"], found["spread"], found["criteria"][0]["spread"]) == (80_000, 20_000, 2000)
    close_round(topic.round, by=house.secretary)
    assert result(house.members[1])["mean"] == 80_000


def test_a_round_is_closed_when_the_reviews_are_in(client, house, topic, reviewer):
    row = assign(topic, reviewer.person, by=house.secretary)
    client.force_login(house.secretary)
    client.post(url("round_move", topic.round_id, "close"))
    assert Round.objects.visible_to(house.secretary).get().state == "open"
    declare(row, by=reviewer, conflict=False)
    submit_scores(row, by=reviewer, scores={c.pk: 8 for c in topic.round.rubric.criteria.all()})
    client.post(url("round_move", topic.round_id, "close"))
    assert Round.objects.visible_to(house.secretary).get().state == "closed"


@pytest.fixture
def scored(house, officer):
    """A round in which X gives ten points more than Y: B has the better mean, and only X and X2 judged it."""
    projects = [
        ready_for_review(make_project(officer, title=f"议题{name}"), by=officer) for name in "甲乙丙丁"
    ]
    round_ = open_round(house.forum, projects, by=house.secretary, title="十二月评审", decides="calibrated")
    first, second, third, fourth = round_.topics.all().marked()
    generous, more, strict, stricter = (PostFactory(role="reviewer", unit=house.root).user for _ in range(4))
    marks = [(first, strict, 7), (first, stricter, 7), (second, generous, 8), (second, more, 8)]
    marks += [(topic, user, 7) for topic in (third, fourth) for user in (generous, more)]
    marks += [(topic, user, 5) for topic in (third, fourth) for user in (strict, stricter)]
    for topic, user, value in marks:
        assignment = assign(topic, user.person, by=house.secretary)
        declare(assignment, by=user, conflict=False)
        scores = {criterion.pk: value for criterion in round_.rubric.criteria.all()}
        submit_scores(assignment, by=user, scores=scores)
    return round_


def test_a_round_that_is_over_shows_mean_trimmed_and_calibrated_side_by_side_in_the_order_of_what_decides(
    client, house, scored
):
    client.force_login(house.secretary)
    assert "评分对照" not in text(client.get(scored.get_absolute_url()))  # while scores may still come in
    close_round(scored, by=house.secretary)

    page = client.get(scored.get_absolute_url())
    rows = [(r["rank"], r["topic"].title, r["mean"], r["calibrated"]) for r in page.context_data["compared"]]
    assert [(rank, title) for rank, title, _m, _c in rows[:2]] == [(1, "议题甲"), (2, "议题乙")]
    means, calibrated = ([row[at] for row in rows[:2]] for at in (2, 3))
    assert (means[0] < means[1], calibrated[0] > calibrated[1]) == (True, True)
    assert (rows[2][0], rows[3][0]) == (3, 3)  # equals share a rank
    shown = text(page)
    assert ("评分对照" in shown, "意见分歧" in shown, "校准分如何计算" in shown) == (True, True, True)


def test_who_is_out_of_a_topic_finds_it_in_no_comparison(client, house, scored):
    topic = scored.topics.all().marked()[0]
    recuse(topic, house.secretary.person_id, reason="自报", by=house.secretary)
    Round.objects.unscoped("a test").filter(pk=scored.pk).update(state="closed")
    client.force_login(house.secretary)
    page = client.get(scored.get_absolute_url())
    assert [row["topic"].title for row in page.context_data["compared"]].count("议题甲") == 0
    assert "议题甲" not in text(page)


def test_a_topic_that_nobody_scored_has_no_calibrated_score(house, topic):
    close_round(topic.round, by=house.secretary)
    topic.refresh_from_db()
    assert topic.calibrated_milli is None


def test_reviews_are_the_reviewers_and_rounds_run_by_those_who_run_them(client, house, topic, reviewer):
    row = assign(topic, reviewer.person, by=house.secretary)
    client.force_login(house.secretary)
    assert client.get(row.get_absolute_url()).status_code == 403
    client.force_login(house.members[0])
    assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(url("topic_assign", topic.pk)).status_code == 403
    assert client.get(url("round_open")).status_code == 403
    client.force_login(PostFactory(role="group_lead").user)
    for query in ("", "?format=csv"):
        assert "十一月评审" not in text(client.get(url("round_list") + query))
    assert client.get(url("round_list") + "?q=十一月评审").context_data["page"].rows == []


@pytest.mark.parametrize(
    "page", ["round_list", "round_detail", "round_open", "topic_assign", "review_list", "desk"]
)
def test_pages_take_the_same_queries_for_any_number(client, house, officer, reviewer, page):
    def more(count):
        projects = [ready_for_review(make_project(officer), by=officer) for _n in range(count)]
        if page in ("round_open", "desk"):
            [ready_for_review(make_project(officer), by=officer) for _n in range(count)]
        round_ = open_round(house.forum, projects, by=house.secretary, title="评审")
        for topic in round_.topics.all():
            row = assign(topic, reviewer.person, by=house.secretary)
            declare(row, by=reviewer, conflict=False)
            submit_scores(row, by=reviewer, scores={c.pk: 8 for c in round_.rubric.criteria.all()})
            assign(topic, PostFactory(role="reviewer", unit=house.root).person, by=house.secretary)
        return round_

    def queries(round_):
        address = {
            "round_detail": round_.get_absolute_url(),
            "topic_assign": url("topic_assign", round_.topics.first().pk),
            "desk": "/",
        }.get(page) or url(page)
        client.force_login(reviewer if page == "review_list" else house.secretary)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    one = queries(more(1))
    assert queries(more(29)) == one
