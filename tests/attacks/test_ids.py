"""The number of somebody else's thing, wherever a number is taken: refused in the words for a number that does not exist."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from apps.allocation.models import Scenario
from apps.core.models import Attachment
from apps.core.sheets import write_xlsx
from apps.insight.models import FollowUp, IssueLine, Item, Opportunity
from apps.operations.intake import heads
from apps.org.models import Authority, Holiday, Membership, Person, Unit, User
from apps.projects.models import Milestone, Stage
from apps.review.models import Forum, Minutes, Topic
from tests.attacks.places import addresses, posted, seen_alike, writes
from tests.factories import PostFactory, UnitFactory
from tests.test_fence import PATTERNS

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

ABSENT = 987_654_321
MOST = 6  # rows of one kind that are tried in one field
# Numbers that views read without a field of Django: what they are numbers of.
READ_BY_HAND = {
    ("insight:issue_audience", "below"): Unit,
    ("insight:issue_audience", "unit"): Unit,
    ("insight:issue_pull", "item"): Item,
    ("operations:reading_enter", "unit"): Unit,
    ("org:day_clear", "row"): Holiday,
    ("projects:plan_edit", "milestones-0-stage"): Stage,
    ("projects:plan_edit", "milestones-1-stage"): Stage,
    ("review:meeting_roll", "present"): Membership,
}
# Digits that are no numbers of rows: grades, versions, rows of a formset, years, places in a list, scores.
NO_IDS = re.compile(r"grade|version|seen|year|entry|.*_FORMS|score_\d+|skill_\d+")
# What a page is told in its address: the rows of others that are tried there.
IN_THE_ADDRESS = {
    ("allocation:scenario_compare", "a"): Scenario,
    ("allocation:scenario_compare", "b"): Scenario,
    ("insight:opportunity_file", "follow_up"): FollowUp,
    ("org:authority_ask", "like"): Authority,
    ("projects:project_propose", "opportunity"): Opportunity,
    ("review:meeting_call", "forum"): Forum,
    ("review:round_open", "forum"): Forum,
    ("talent:profile_open", "person"): Person,
}
SECONDS = {"account", "file", "line", "milestone", "seat", "topic"}
# Words of an address that name no row; `person`, `unit` and `role` of org:post_ask are only shown again.
NO_ROWS = {
    "day",
    "text",
    "format",
    "from",
    "key",
    "month",
    "period",
    "q",
    "segment",
    "show",
    "unit",
    "version",
    "way",
}


def tried_in(client, form, name, value):
    """(answer, the tables written) of a form with this value in this field."""
    answer, written = posted(client, form.address, form.values | {name: [str(value)]})
    return answer, [table for table, *_rest in written]


def choices_of_rows(crawl):
    """(user, form, name, how a number is written, the numbers of rows that are not offered)"""
    for user, form in crawl.forms:
        fields = crawl.fields[form.key]
        for name in form.kinds:
            field, model = fields.get(name), READ_BY_HAND.get((form.route, name))
            if model is None and not hasattr(field, "queryset"):
                continue
            model = model or field.queryset.model
            offered = set(crawl.offered[form.key].get(name, ()))
            if hasattr(field, "queryset"):
                offered |= {str(pk) for pk in field.queryset.values_list("pk", flat=True)}
            rows = model._base_manager.order_by("-pk").values_list("pk", flat=True)
            foreign = [pk for pk in rows if str(pk) not in offered][:MOST]
            yield user, form, name, "#{}" if form.kinds[name] == "text" else "{}", foreign


def test_a_choice_of_a_row_takes_only_what_it_offers(house, crawl, record_property):
    wrong, fields, tried, without = [], 0, 0, []
    for user, form, name, write, foreign in choices_of_rows(crawl):
        fields += 1
        if not foreign:
            without.append((form.route, name))
            continue
        absent, wrote_for_absent = tried_in(crawl.client(user), form, name, write.format(ABSENT))
        for pk in foreign:
            tried += 1
            answer, wrote = tried_in(crawl.client(user), form, name, write.format(pk))
            alike = wrote == wrote_for_absent and seen_alike(answer, absent, pk, ABSENT)
            if not alike or answer.status_code >= 500:
                wrong.append(
                    (form.address, name, pk, answer.status_code, absent.status_code, wrote, wrote_for_absent)
                )
    record_property("id swaps: numbers tried in fields", tried)
    record_property("id swaps: told apart from a number that is not there", len(wrong))
    assert not wrong, wrong[:20]
    assert tried > 100


def test_every_number_in_a_form_is_known_to_be_of_a_row_or_not(crawl):
    unknown = {
        (form.route, name)
        for user, form in crawl.forms
        for name, kind in form.kinds.items()
        if kind in ("choice", "hidden")
        and any(map(str.isdigit, form.values.get(name, ())))
        and not NO_IDS.fullmatch(name)
        and not hasattr(crawl.fields[form.key].get(name), "queryset")
    }
    assert unknown - set(READ_BY_HAND) == set()


def test_a_filter_and_an_address_take_only_what_is_in_reach(house, crawl, record_property):
    wrong, tried = [], {}
    for user, address, name, foreign in asked_in_addresses(house, crawl):
        client = crawl.client(user)
        for form in ("", "count", "csv"):
            asked = {"format": form} if form else {}
            absent = client.get(address, asked | {name: ABSENT})
            rows = read(absent)
            for pk in foreign:
                answer = client.get(address, asked | {name: pk})
                tried[address, name] = tried.get((address, name), 0) + 1
                if not seen_alike(answer, absent, pk, ABSENT) or read(answer) != rows:
                    wrong.append((address, name, pk, form, answer.status_code, absent.status_code))
    record_property("id swaps: numbers tried in addresses", sum(tried.values()))
    record_property("id swaps: told apart from a number that is not there", len(wrong))
    assert not wrong, wrong[:20]
    assert len(tried) >= len(IN_THE_ADDRESS) - 1


def read(answer):
    return b"".join(answer.streaming_content) if answer.streaming else b""


def asked_in_addresses(house, crawl):
    for _name, user, address, answer in crawl.pages:
        filters = getattr((getattr(answer, "context_data", None) or {}).get("page"), "filters", None)
        for name, field in filters.form.fields.items() if filters is not None else ():
            if hasattr(field, "queryset"):
                offered = set(field.queryset.values_list("pk", flat=True))
                rows = field.queryset.model._base_manager.values_list("pk", flat=True)
                yield user, address.partition("?")[0], name, [pk for pk in rows if pk not in offered][:MOST]
    stranger = PostFactory(role="secretary", unit=UnitFactory(name="东陵分行")).user
    for (route, name), model in IN_THE_ADDRESS.items():
        for user in (addresses(house, crawl)[route][0], stranger, house.west_lead):
            seen = set(visible(model, user).values_list("pk", flat=True))
            rows = model._base_manager.values_list("pk", flat=True)
            yield user, reverse(route), name, [pk for pk in rows if pk not in seen][:MOST]


def visible(model, user):
    manager = model._default_manager
    return manager.visible_to(user) if hasattr(manager, "visible_to") else manager.all()


def test_every_word_that_a_view_reads_from_its_address_is_tried_or_names_no_row():
    read_names = set()
    for path in (Path(settings.BASE_DIR) / "apps").rglob("views*/*.py"):
        read_names |= set(re.findall(r'request\.GET(?:\.get\(|\[)"(\w+)"', path.read_text(encoding="utf-8")))
    for path in (Path(settings.BASE_DIR) / "apps").glob("*/views.py"):
        read_names |= set(re.findall(r'request\.GET(?:\.get\(|\[)"(\w+)"', path.read_text(encoding="utf-8")))
    assert read_names - NO_ROWS - {name for _route, name in IN_THE_ADDRESS} == set()


def own_seconds(user, name, pk) -> tuple[type, set]:
    """The kind of the second number in a path, and those that go with the first."""
    match name:
        case "line":
            return IssueLine, set(IssueLine._base_manager.filter(issue=pk).values_list("pk", flat=True))
        case "account":
            return User, set(User._base_manager.filter(person=pk).values_list("pk", flat=True))
        case "seat":
            return Membership, set(Membership._base_manager.filter(body=pk).values_list("pk", flat=True))
        case "milestone":
            return Milestone, set(Milestone._base_manager.filter(project=pk).values_list("pk", flat=True))
        case "file":
            about = Attachment.objects.about(
                Minutes.objects.unscoped("the files that are its own").get(pk=pk)
            )
            return Attachment, set(about.values_list("pk", flat=True))
        case "topic":  # those of other meetings are no secret of whoever manages them
            return Topic, set(Topic.objects.managed_by(user).values_list("pk", flat=True))


def test_the_second_number_of_a_path_belongs_to_the_first(house, crawl, record_property):
    """The line of another issue, the seat of another body, the account of another person: as if there were none."""
    wrong, tried = [], Counter()
    for name, (user, address) in addresses(house, crawl).items():
        kwargs = resolve(urlsplit(address).path).kwargs
        for second in SECONDS & set(kwargs):
            model, own = own_seconds(user, second, kwargs["pk"])
            absent = reverse(name, kwargs=kwargs | {second: ABSENT})
            for number in model._base_manager.exclude(pk__in=own).values_list("pk", flat=True)[:MOST]:
                for method in (Client.get, Client.post):
                    tried[second] += 1
                    with transaction.atomic(), writes() as written:
                        answer = method(crawl.client(user), reverse(name, kwargs=kwargs | {second: number}))
                        other = method(crawl.client(user), absent)
                        transaction.set_rollback(True)
                    known = answer.status_code in (404, 405) and seen_alike(answer, other, number, ABSENT)
                    if written or not known:
                        wrong.append((name, number, answer.status_code, other.status_code))
    record_property("id swaps: second numbers of paths tried", sum(tried.values()))
    record_property("id swaps: told apart from a number that is not there", len(wrong))
    assert not wrong, wrong[:20]
    assert set(tried) | {"topic"} == SECONDS


def test_every_second_number_is_known():
    found = {
        key for p in PATTERNS.values() for key, to in p.pattern.converters.items() if to.regex == "[0-9]+"
    }
    assert found - {"pk"} == SECONDS


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_unit_named_in_a_file_is_one_that_the_sender_enters_for(house, crawl, kind):
    def rows_for(unit):
        rows = [heads(), [unit, "2026-01", "10", "20", "5", ""]]
        if kind == "csv":
            file = SimpleUploadedFile("r.csv", "\n".join(map(",".join, rows)).encode(), "text/csv")
        else:
            data = write_xlsx([(head, "text") for head in rows[0]], rows[1:], watermark="x", title="readings")
            file = SimpleUploadedFile("r.xlsx", data.read())
        address = reverse("operations:reading_import", kwargs={"pk": house.product.pk})
        context = crawl.client(house.lead).post(address, {"file": file}).context_data
        return context["confirmed"], [
            str(e).replace(unit, "…") for row in context["rows"] for e in row.errors
        ]

    assert rows_for(house.east.name)[1] == []
    absent = rows_for("没有的分行")
    assert absent[0] == ""
    for unit in (house.west_counter, house.finance):
        assert rows_for(unit.name) == rows_for(unit.code) == absent
