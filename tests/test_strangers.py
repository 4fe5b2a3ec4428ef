"""Every list of the house, its count and its exports, as people of another branch see them while the first journey is
played elsewhere: nothing of it, and no number that moves."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.factories import PostFactory, UnitFactory
from tests.fence import ACCESS
from tests.journeys.test_from_a_page_to_money import (  # noqa: F401 (people is a fixture)
    carried_to_the_gate,
    grown,
    judged,
    paid,
    people,
)
from tests.test_fence import PATTERNS
from tests.test_matrix import ROLES

pytestmark = pytest.mark.django_db

LISTS = sorted(
    name
    for name in ACCESS
    if name != "core:saved_view_list"
    and name.endswith(("_list", "_board"))
    and not PATTERNS[name].pattern.converters
)
# Who works where, and which bodies and rules there are, is no secret inside the bank.
OPEN_TO_ALL = {"org", "core"}
WORDS = [
    "票据秒贴",
    "供应链小微企业",
    "银行建设数字金融",
    "县域数字金融的线索",
    "曾任该企业顾问",
    "个人信息保护影响评估",
]


@pytest.fixture
def strangers():
    """One account for each role, all at a branch that has no part in the journey."""
    elsewhere = UnitFactory(name="东陵分行")
    return {role: PostFactory(role=role, unit=elsewhere).user for role in ROLES}


def seen_by(client, user):
    """list → what it answers: the page, the count and both exports as text; only those this person may open."""
    client.force_login(user)
    found = {}
    for name in LISTS:
        address = reverse(name)
        page = client.get(address)
        if page.status_code == 403:
            continue
        assert page.status_code == 200, name
        csv, sheet = client.get(address, {"format": "csv"}), client.get(address, {"format": "xlsx"})
        found[name] = {
            "page": page.content.decode(),
            "count": client.get(address, {"format": "count"}).content.decode(),
            "csv": read(csv),
            "xlsx": cells(read(sheet, text=False)) if sheet.get("Content-Type", "").endswith("sheet") else "",
        }
    return found


def read(answer, text=True):
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return data.decode() if text else data


def cells(data):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def test_no_list_count_or_export_tells_a_stranger_of_the_journey(
    client,
    people,  # noqa: F811
    strangers,
    record_property,
):
    before = {role: seen_by(client, user) for role, user in strangers.items()}

    _item, _opportunity, project = carried_to_the_gate(people)
    judged(people, project)
    paid(people)
    grown(people, project)

    read_through = 0
    for role, user in strangers.items():
        for name, shown in seen_by(client, user).items():
            read_through += len(shown)
            for form, text in shown.items():
                assert [word for word in WORDS if word in text] == [], (role, name, form)
            counted = shown["count"].startswith("共")
            if counted and name.split(":")[0] not in OPEN_TO_ALL:
                assert shown["count"] == before[role][name]["count"], (role, name)
    record_property("access: lists, counts and exports read by strangers", read_through)


def test_the_words_of_the_journey_are_seen_by_those_in_reach(client, people):  # noqa: F811
    """So that the test above looks for something that could be there."""
    _item, _opportunity, project = carried_to_the_gate(people)
    shown = seen_by(client, people.board.secretary)
    assert "票据秒贴" in shown["projects:project_list"]["csv"]
    assert "票据秒贴" in shown["insight:opportunity_list"]["xlsx"]
    assert "共 1 条" in shown["projects:project_list"]["count"]
    assert [word for word in WORDS if word in shown["insight:item_list"]["page"]] != []
