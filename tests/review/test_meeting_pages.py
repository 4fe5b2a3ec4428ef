"""Meetings, ballots and minutes by the pages."""

import io

import lxml.html
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from apps.core import clock
from apps.core.models import Attachment, Entry
from apps.org.models import Access
from apps.review.actions import (
    assign,
    cast_vote,
    close_ballot,
    close_round,
    declare,
    draft_minutes,
    issue_minutes,
    open_ballot,
    open_round,
)
from apps.review.models import Ballot, Meeting, Minutes, Vote
from tests.factories import (
    PostFactory,
    UnitFactory,
    branch_group,
    committee,
    judged,
    make_project,
    ready_for_review,
    sitting,
    voted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return committee()


@pytest.fixture
def officer(house):
    return PostFactory(role="group_lead").user


@pytest.fixture
def project(officer):
    return ready_for_review(make_project(officer, title="金丝雀项目"), by=officer)


@pytest.fixture
def topic(house, project):
    return judged(house, project)[0]


@pytest.fixture
def meeting(house, topic):
    return sitting(house, topic)


def url(name, *args):
    return reverse(f"review:{name}", args=args)


def text(response):
    assert response.status_code == 200
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def test_a_meeting_is_called_for_judged_topics_and_its_roll_is_called(client, house, topic, project):
    client.force_login(house.secretary)
    day = clock.today().isoformat()
    assert "金丝雀项目" in text(client.get(url("meeting_call")))
    none = client.post(url("meeting_call"), {"form": "sitting", "held_on": day, "place": "1206"})
    assert list(none.context_data["form"].errors) == ["topics"]

    client.post(
        url("meeting_call"), {"form": "sitting", "held_on": day, "place": "1206", "topics": [topic.pk]}
    )
    meeting = Meeting.objects.visible_to(house.secretary).get()
    client.post(
        url("meeting_roll", meeting.pk),
        {"present": [m.person_id for m in house.members[:7]], "observers": "计财部 林知远"},
    )

    project.refresh_from_db()
    page = client.get(meeting.get_absolute_url())
    assert (page.context_data["due"], page.context_data["present"]) == (9, 7)
    assert "计财部 林知远" in text(page)
    assert (project.holder_note, project.due_on) == ("总行创新委员会", clock.today())
    assert "金丝雀项目" not in text(client.get(url("meeting_call")))


def test_members_vote_once_on_their_phones_and_the_formula_is_shown(client, house, topic, meeting):
    client.force_login(house.secretary)
    client.post(url("ballot_open", meeting.pk, topic.pk), {"minutes": "60"})
    ballot = Ballot.objects.visible_to(house.secretary).get()
    assert client.post(url("ballot_vote", ballot.pk), {"choice": "for"}).status_code == 403
    client.post(url("ballot_close", ballot.pk))
    assert Ballot.objects.visible_to(house.secretary).get().state == "open"

    for number, member in enumerate(house.members):
        client.force_login(member)
        assert ballot.get_absolute_url() in text(client.get("/"))
        for choice in ("for" if number < 7 else "against", "abstain"):
            client.post(url("ballot_vote", ballot.pk), {"choice": choice})
        assert ballot.get_absolute_url() not in text(client.get("/"))
    client.force_login(house.secretary)
    client.post(url("ballot_close", ballot.pk))

    ballot.refresh_from_db()
    count = ballot.outcome
    assert (ballot.result, count["votes_for"], count["votes_against"], count["needed"]) == ("passed", 7, 2, 6)
    assert Entry.objects.filter(verb="ballot.vote").count() == 9
    assert 'class="formula"' in text(client.get(ballot.get_absolute_url()))


def test_a_secret_ballot_keeps_no_choice_with_a_voter(client, house, topic, meeting):
    ballot = open_ballot(topic, meeting, by=house.secretary, secret=True)
    for number, member in enumerate(house.members):
        client.force_login(member)
        client.post(url("ballot_vote", ballot.pk), {"choice": "for" if number else "against"})
    client.force_login(house.secretary)
    client.post(url("ballot_close", ballot.pk))

    ballot.refresh_from_db()
    assert (ballot.outcome["votes_for"], ballot.outcome["votes_against"]) == (8, 1)
    assert set(Vote.objects.unscoped("a test").values_list("choice", flat=True)) == {""}


def test_nobody_reads_how_others_vote_while_the_ballot_is_open(client, house, topic, meeting):
    ballot = open_ballot(topic, meeting, by=house.secretary)
    client.force_login(house.members[0])
    client.post(url("ballot_vote", ballot.pk), {"choice": "against"})
    own = text(client.get(ballot.get_absolute_url()))
    client.force_login(house.members[1])
    others = text(client.get(ballot.get_absolute_url()))
    assert ("您已投票：反对" in own, "您已投票：反对" in others, 'class="formula"' in others) == (
        True,
        False,
        False,
    )


def test_a_member_whose_post_is_elsewhere_reads_what_they_vote_on(client, house, project):
    head = PostFactory(role="unit_head").user
    house.body.memberships.create(person=head.person, starts="2020-01-01")
    (topic,) = judged(house, project)
    client.force_login(head)
    assert client.get(project.get_absolute_url()).status_code == 404
    meeting = sitting(house, topic)
    ballot = open_ballot(topic, meeting, by=house.secretary)
    for address in (meeting.get_absolute_url(), ballot.get_absolute_url(), project.get_absolute_url()):
        assert "金丝雀项目" in text(client.get(address)), address


def test_who_is_recused_finds_nothing_of_the_topic_in_meeting_ballot_minutes_or_export(
    client, house, project, officer
):
    other = ready_for_review(make_project(officer, title="另一个项目"), by=officer)
    round_ = open_round(house.forum, [project, other], by=house.secretary, title="评审")
    topic, second = round_.topics.all()
    member = house.members[3]
    declare(assign(topic, member.person, by=house.secretary), by=member, conflict=True, reason="参股")
    close_round(round_, by=house.secretary)
    meeting = sitting(house, topic, second)
    ballot = open_ballot(topic, meeting, by=house.secretary)
    client.force_login(member)
    assert client.get(ballot.get_absolute_url()).status_code == 404
    assert client.post(url("ballot_vote", ballot.pk), {"choice": "for"}).status_code == 404
    page = text(client.get(meeting.get_absolute_url()))
    assert ("金丝雀项目" in page, "另一个项目" in page) == (False, True)

    minutes = draft_minutes_of(house, ballot, meeting)
    for address in (
        url("meeting_list"), url("meeting_list") + "?format=csv", url("minutes_list"), url("minutes_list") + "?format=csv",
        url("round_list") + "?format=csv", round_.get_absolute_url(), "/", "/search/?q=金丝雀", "/projects/?format=csv",
    ):  # fmt: skip
        body = text(client.get(address))
        assert ("金丝雀项目" in body, "创新委纪" in body) == (False, False), address
    assert client.get(minutes.get_absolute_url()).status_code == 404
    assert client.get(url("minutes_document", minutes.pk, "docx")).status_code == 404


def test_who_is_shut_out_of_a_topic_is_not_offered_it_for_a_meeting(client, house, topic):
    client.force_login(house.secretary)
    address = url("meeting_call") + f"?forum={house.forum.pk}"
    assert "金丝雀项目" in text(client.get(address))
    Access.objects.create(
        subject=topic, capability="round.view", effect="deny", person=house.secretary.person, because_of="the test",
        starts=clock.today(),
    )  # fmt: skip
    assert "金丝雀项目" not in text(client.get(address))


@pytest.mark.parametrize("page", ["meeting_call", "round_open"])
def test_of_many_forums_one_is_chosen_from_a_list_with_the_busy_ones_first(
    client, house, officer, topic, page
):
    """A row of buttons for forty forums would be wider than any screen."""
    ready_for_review(make_project(officer, title="另一个"), by=officer)
    for number in range(3):
        branch_group(UnitFactory(parent=house.root, name=f"第{number}分行"), house.secretary)
    client.force_login(house.secretary)
    options = lxml.html.fromstring(text(client.get(url(page)))).xpath("//select[@name='forum']/option")
    assert [option.text for option in options][0] == f"{house.forum} (1)"
    assert [(option.get("selected") is not None) for option in options] == [True, False, False, False]


def test_who_does_not_see_the_round_of_a_topic_is_not_told_its_title(client, house, topic):
    Access.objects.create(
        subject=topic.round, capability="round.view", effect="deny", person=house.secretary.person,
        because_of="the test", starts=clock.today(),
    )  # fmt: skip
    client.force_login(house.secretary)
    page = text(client.get(url("meeting_call")))
    assert (topic.title in page, topic.round.title in page) == (True, False)


def test_who_does_not_see_the_meeting_of_a_ballot_is_not_told_what_it_is_called(
    client, house, topic, meeting
):
    ballot = open_ballot(topic, meeting, by=house.secretary)
    client.force_login(house.secretary)
    assert str(meeting) in text(client.get(ballot.get_absolute_url()))
    Access.objects.create(
        subject=meeting, capability="round.view", effect="deny", person=house.secretary.person,
        because_of="the test", starts=clock.today(),
    )  # fmt: skip
    page = text(client.get(ballot.get_absolute_url()))
    assert (topic.title in page, str(meeting.forum) in page) == (True, False)


def draft_minutes_of(house, ballot, meeting):
    for member in house.members:
        if member != house.members[3]:
            cast_vote(ballot, by=member, choice="for")
    close_ballot(ballot, by=house.secretary)
    return issue_minutes(draft_minutes(meeting, by=house.secretary), by=house.secretary)


def fields(
    minutes, version=1, decision="approve_with_conditions", conditions="完成影响评估\n试点不超过两家支行"
):
    (row,) = minutes.decisions.all()
    return {
        "version": version, "text": "下次会议定于十二月", f"decision_{row.pk}": decision,
        f"conditions_{row.pk}": conditions, f"text_{row.pk}": "总体可行",
    }  # fmt: skip


def test_minutes_are_drafted_edited_issued_and_taken_away_as_word(client, house, topic, meeting, project):
    voted(house, topic, meeting)
    client.force_login(house.secretary)
    client.post(url("minutes_draft", meeting.pk))
    minutes = Minutes.objects.visible_to(house.secretary).get()
    client.post(url("minutes_edit", minutes.pk), fields(minutes, conditions=""))
    page = text(client.get(minutes.get_absolute_url()))
    assert url("minutes_issue", minutes.pk) not in page  # conditions are missing
    stale = client.post(url("minutes_edit", minutes.pk), fields(minutes, version=1))
    assert len(stale.context_data["both"]) == 1
    client.post(url("minutes_edit", minutes.pk), fields(minutes, version=2))
    for _again in range(2):
        client.post(url("minutes_issue", minutes.pk))

    minutes.refresh_from_db()
    project.refresh_from_db()
    number = f"创新委纪〔{clock.today().year}〕1号"
    assert (minutes.number, project.stage.code, project.holder_note) == (number, "funding", "资源管理")
    meeting.refresh_from_db()
    assert meeting.state == "closed"
    kept = Attachment.objects.about(minutes).get()
    assert client.get(url("minutes_file", minutes.pk, kept.pk)).status_code == 200

    client.force_login(house.members[2])
    response = client.get(url("minutes_document", minutes.pk, "docx"))
    paper = "\n".join(p.text for p in Document(io.BytesIO(response.content)).paragraphs)
    for said in (
        number,
        "金丝雀项目",
        "完成影响评估",
        "试点不超过两家支行",
        "赞成 9 票，反对 0 票，弃权 0 票",
        "应到：9 人；实到：9 人",
        "下次会议定于十二月",
    ):
        assert said in paper, said
    assert client.get(url("minutes_file", minutes.pk, kept.pk)).status_code == 403
    assert client.get(url("minutes_edit", minutes.pk)).status_code == 403


def test_the_applicant_reads_the_decision_on_the_project_and_not_the_minutes(
    client, house, officer, topic, meeting, project
):
    voted(house, topic, meeting)
    minutes = issue_minutes(draft_minutes(meeting, by=house.secretary), by=house.secretary)
    client.force_login(officer)
    assert minutes.number in text(client.get(project.get_absolute_url()))
    assert client.get(minutes.get_absolute_url()).status_code == 404


def test_minutes_may_say_only_what_the_ballot_bears_out(client, house, topic, meeting):
    voted(house, topic, meeting, ["for"] * 5 + ["against"] * 4)
    minutes = draft_minutes(meeting, by=house.secretary)
    client.force_login(house.secretary)
    page = client.post(url("minutes_edit", minutes.pk), fields(minutes, decision="approve"))
    assert len(page.context_data["form"].errors) == 1
    assert "下次会议定于十二月" in text(page)


def test_pages_are_for_those_who_run_or_see_them(client, house, topic, meeting):
    client.force_login(house.members[0])
    assert client.get(url("meeting_call")).status_code == 403
    assert client.post(url("meeting_roll", meeting.pk), {}).status_code == 403
    client.force_login(PostFactory(role="group_lead").user)
    for address in (url("meeting_list"), url("meeting_list") + "?format=csv", url("minutes_list")):
        assert str(meeting) not in text(client.get(address))


@pytest.mark.parametrize(
    "page", ["meeting_list", "meeting_detail", "meeting_call", "minutes_list", "minutes_detail", "desk"]
)
def test_pages_take_the_same_queries_for_any_number(client, house, officer, page):
    def more(count):
        projects = [
            ready_for_review(make_project(officer), by=officer)
            for _n in range(count + (count if page == "meeting_call" else 0))
        ]
        topics = judged(house, *projects)
        if page in ("meeting_list", "minutes_list", "desk"):
            meetings = [sitting(house, topic) for topic in topics[:count]]
        else:
            meetings = [sitting(house, *topics[:count])]
        for meeting in meetings:
            for topic in meeting.agenda.all().marked():
                if page == "desk":
                    open_ballot(topic.topic, meeting, by=house.secretary)
                elif page.endswith("detail"):
                    voted(house, topic.topic, meeting)
        if page.startswith("minutes"):
            return [draft_minutes(meeting, by=house.secretary) for meeting in meetings][-1]
        return meetings[-1]

    def queries(thing):
        client.force_login(house.members[0] if page == "desk" else house.secretary)
        address = {"desk": "/"}.get(page) or (
            thing.get_absolute_url() if page.endswith("detail") else url(page)
        )
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    one = queries(more(1))
    assert queries(more(30 if page.endswith("detail") else 29)) == one
