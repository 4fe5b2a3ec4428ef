"""The pages of talent, each as the person whose profile it is, as the talent manager, and as a stranger."""

import io

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from apps.core.models import Entry
from apps.core.search import search
from apps.core.verdict import Refused
from apps.org.models import Person
from apps.talent.actions import keep_profile, open_profile
from apps.talent.models import ProfileSkill, Skill, TalentProfile
from tests.factories import PersonFactory, PostFactory, bank, make_profile, make_project

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"talent:{name}", args=args)


@pytest.fixture
def world():
    world = bank()
    world.member = PostFactory(role="group_member", unit=world.east).user
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    world.manager = PostFactory(role="talent_manager", unit=world.root).user
    world.profile = make_profile(world.member)
    world.data, world.ai = Skill.objects.get(code="data"), Skill.objects.get(code="ai")
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address)

    return open_as


def profiles():
    return TalentProfile.objects.unscoped("a test")


def levels(profile):
    return {row.skill.code: row.level for row in profile.skills.all()}


# ── Who keeps a profile ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_opens_one_profile_and_the_journal_names_no_skill(world):
    with pytest.raises(Refused):
        make_profile(world.member)
    with pytest.raises(Refused):
        make_profile(world.lead, person=PersonFactory())
    entry = Entry.objects.get(verb="profile.open")
    assert entry.data == {"person": world.member.person_id, "kind": "composite", "skills": 1}


def test_a_talent_manager_keeps_the_profiles_below_and_names_experts(world):
    outside = PersonFactory(inside=False, employee_no=None)
    profile = make_profile(world.manager, person=outside, unit=world.root, expert=True)
    assert str(profile.expert_label) in ("Outside expert", "外部专家")
    branch = PostFactory(role="talent_manager", unit=world.west).user
    with pytest.raises(Refused):
        make_profile(branch, person=PersonFactory(), unit=world.east)
    with pytest.raises(Refused):
        open_profile(world.lead.person, by=world.lead, unit=world.east, kind="leader", expert=True, skills={})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("level", [0, 6])
def test_the_database_refuses_a_level_out_of_five(level):
    profile = make_profile(PostFactory(role="group_member").user)
    with pytest.raises(IntegrityError):
        ProfileSkill.objects.create(profile=profile, skill=Skill.objects.get(code="ai"), level=level)


# ── Who sees it ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_the_list_and_its_exports_hold_what_the_person_sees_and_nothing_of_another_branch(world, visit, form):
    def text(user):
        response = visit(user, url("profile_list") + form)
        data = b"".join(response.streaming_content) if response.streaming else response.content
        if form.endswith("xlsx"):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
            return "\n".join(str(cell) for row in rows for cell in row)
        return data.decode().split("<main", 1)[-1]

    name = world.member.person.name
    assert [name in text(user) for user in (world.member, world.lead, world.manager, world.stranger)] == [
        True, True, True, False,
    ]  # fmt: skip


def test_pages_and_exports_hold_nothing_private(world, visit):
    Person.objects.filter(pk=world.member.person_id).update(mobile="13800000000", email="a@example.com")
    for form in ("?format=csv", ""):
        response = visit(world.manager, url("profile_list") + form)
        data = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
        assert [private in data for private in ("13800000000", "a@example.com")] == [False, False]
    page = visit(world.manager, world.profile.get_absolute_url()).content.decode()
    assert [private in page for private in ("13800000000", "a@example.com")] == [False, False]


def test_a_stranger_gets_404_and_who_may_only_look_403(world, visit):
    for name in ("profile_detail", "profile_edit"):
        assert visit(world.stranger, url(name, world.profile.pk)).status_code == 404
    assert visit(world.lead, url("profile_detail", world.profile.pk)).status_code == 200
    assert visit(world.lead, url("profile_edit", world.profile.pk)).status_code == 403
    assert visit(PostFactory(role="system_admin").user, url("profile_list")).status_code == 403


def test_search_finds_a_profile_by_skill_and_words_within_reach(world):
    def found(user, text):
        return [rows for entry, rows in search(user, text) if entry["model"] is TalentProfile]

    for text in ("数据分析", "信贷经验", world.member.person.name):
        assert found(world.manager, text) == [[world.profile]]
        assert found(world.stranger, text) == []


def test_filters_narrow_by_type_skill_unit_and_expert(world, visit):
    other = make_profile(world.stranger, kind="leader", skills={"ai": 2})
    outside = make_profile(
        world.manager, person=PersonFactory(inside=False), unit=world.root, kind="digital", expert=True
    )
    expected = {
        "?kind=leader": {other}, f"?skill={world.ai.pk}": {other}, f"?unit={world.east.pk}": {world.profile},
        "?expert=outside": {outside}, "?expert=inside": set(), "?q=信贷": {world.profile, other, outside},
        "?kind=nothing": set(),
    }  # fmt: skip
    for query, rows in expected.items():
        assert set(visit(world.manager, url("profile_list") + query).context_data["page"].rows) == rows, query


def test_a_profile_shows_the_projects_the_reader_may_see_and_no_others(world, visit):
    seen = make_project(world.lead, manager=world.member.person, title="票据秒贴")
    for user, count in ((world.lead, 1), (world.manager, 0)):
        page = visit(user, world.profile.get_absolute_url()).content.decode()
        assert page.count(f'href="{seen.get_absolute_url()}"') == count


# ── Opened and brought up to date on the page ─────────────────────────────────────────────────────────────────────


def test_a_person_opens_their_own_from_the_menu(world, visit):
    assert visit(world.member, url("my_profile")).url == world.profile.get_absolute_url()
    address = visit(world.lead, url("my_profile")).url
    form = visit(world.lead, address).context_data["form"]
    assert "expert" not in form.fields

    data = {"kind": "leader", "summary": "带过三个项目", f"skill_{world.data.pk}": "3", "expert": "on"}
    response = visit(world.lead, address, data)

    profile = profiles().get(person=world.lead.person)
    assert response.url == profile.get_absolute_url()
    assert (profile.unit, profile.kind, profile.expert, levels(profile)) == (
        world.east, "leader", False, {"data": 3},
    )  # fmt: skip


def test_nobody_opens_a_profile_of_somebody_else(world, visit):
    address = url("profile_open") + f"?person={world.stranger.person_id}"
    assert visit(world.lead, address).status_code == 403
    assert visit(world.lead, address, {"kind": "leader"}).status_code == 403
    for nobody in ("999999", "x", "9" * 30, "9" * 5000):
        assert visit(world.lead, url("profile_open") + f"?person={nobody}").status_code == 404


def test_a_talent_manager_finds_a_person_without_a_profile_and_opens_it(world, visit):
    outside = PersonFactory(inside=False, name="外部教授", employee_no=None)
    Person.objects.filter(pk=world.member.person_id).update(unit=world.east)
    assert visit(world.manager, url("profile_open")).context_data["people"] is None
    with_one = visit(world.manager, url("profile_open") + f"?q={world.member.person.name}").context_data[
        "people"
    ]
    assert list(with_one) == []
    found = visit(world.manager, url("profile_open") + "?q=外部教授").context_data["people"]
    assert list(found) == [outside]

    visit(world.manager, url("profile_open") + f"?person={outside.pk}", {"kind": "digital", "expert": "on"})

    profile = profiles().get(person=outside)
    assert (profile.expert, profile.unit) == (True, world.root)


BAD = [
    {"kind": ""}, {"kind": "wizard"}, {"summary": "长" * 1001}, {"version": "x"}, {"version": "9" * 30},
    {"skill": "6"}, {"skill": "0"}, {"skill": "NaN"}, {"skill": "1e400"}, {"skill": "-1"}, {"skill": "9" * 19},
]  # fmt: skip


@pytest.mark.parametrize(
    "bad", BAD, ids=lambda bad: f"{next(iter(bad))}={str(next(iter(bad.values())))[:8]!r}"
)
def test_bad_input_gets_a_sentence_and_changes_nothing(world, visit, bad):
    bad = {(f"skill_{world.ai.pk}" if name == "skill" else name): value for name, value in bad.items()}
    data = {"version": 1, "kind": "leader", "summary": "新"} | bad
    response = visit(world.member, url("profile_edit", world.profile.pk), data)
    assert list(response.context_data["form"].errors) == list(bad)
    world.profile.refresh_from_db()
    assert (world.profile.version, world.profile.kind) == (1, "composite")


def test_a_save_keeps_the_skills_that_were_typed_and_no_others(world, visit):
    data = {"version": 1, "kind": "digital", "summary": "新", f"skill_{world.ai.pk}": "5"}
    visit(world.member, url("profile_edit", world.profile.pk), data)
    world.profile.refresh_from_db()
    assert (world.profile.kind, levels(world.profile), world.profile.version) == ("digital", {"ai": 5}, 2)


def test_a_persons_own_save_leaves_the_expert_as_the_manager_named_them(world, visit):
    keep_profile(
        world.profile, by=world.manager, version=1, kind="composite", summary="", expert=True, skills={}
    )
    visit(world.member, url("profile_edit", world.profile.pk), {"version": 2, "kind": "digital"})
    world.profile.refresh_from_db()
    assert (world.profile.kind, world.profile.expert) == ("digital", True)


def test_a_stale_save_shows_both_texts_and_overwrites_nothing(world, visit):
    keep_profile(
        world.profile, by=world.manager, version=1, kind="composite", summary="先保存", expert=False,
        skills={world.ai: 2},
    )  # fmt: skip
    data = {"version": 1, "kind": "composite", "summary": "后保存", f"skill_{world.data.pk}": "4"}

    response = visit(world.member, url("profile_edit", world.profile.pk), data)

    assert len(response.context_data["both"]) == 3
    page = response.content.decode()
    assert ("先保存" in page, "后保存" in page) == (True, True)
    world.profile.refresh_from_db()
    assert (world.profile.summary, levels(world.profile)) == ("先保存", {"ai": 2})
    again = data | {"version": response.context_data["form"]["version"].value()}
    visit(world.member, url("profile_edit", world.profile.pk), again)
    world.profile.refresh_from_db()
    assert (world.profile.summary, levels(world.profile)) == ("后保存", {"data": 4})


def test_markup_in_a_text_is_shown_as_text(world, visit):
    profile = make_profile(world.lead, summary="<script>alert(1)</script>")
    assert "<script>alert(1)" not in visit(world.lead, profile.get_absolute_url()).content.decode()


# ── Every page opens, and costs the same for any number ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(world, visit, client, language):
    client.cookies["django_language"] = language
    person = PersonFactory(unit=world.east)
    for address in [
        url("profile_list"), url("profile_open"), url("profile_open") + "?q=员工", url("profile_open") + f"?person={person.pk}",
        url("profile_detail", world.profile.pk), url("profile_edit", world.profile.pk),
        reverse("org:person_detail", args=[world.member.person_id]),
    ]:  # fmt: skip
        assert visit(world.manager, address).status_code == 200, address


def spent(client, user, address):
    """The queries of one page, and the page. The session is there before counting begins."""
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return len(queries), response


def test_the_pages_take_the_same_number_of_queries_for_1_and_for_30(world, client):
    make_project(world.lead, manager=world.member.person)
    pages = [(world.manager, url("profile_list")), (world.lead, url("profile_detail", world.profile.pk))]
    before = [spent(client, user, address)[0] for user, address in pages]
    for _n in range(29):
        make_profile(PostFactory(role="group_member", unit=world.east).user, skills={"ai": 1, "data": 2})
        make_project(world.lead, manager=world.member.person)
        keep_profile(
            world.profile, by=world.member, version=world.profile.version, kind="digital", summary="", expert=False,
            skills=dict.fromkeys(Skill.objects.all(), 3),
        )  # fmt: skip

    after = [spent(client, user, address) for user, address in pages]

    assert len(after[0][1].context_data["page"].rows) == 30
    assert [cost for cost, _page in after] == before
