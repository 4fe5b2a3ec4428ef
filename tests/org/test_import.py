"""One workbook brings units, people and posts: checked row by row, approved by a second person, merged whole or not at all."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.models import Entry
from apps.core.search import search
from apps.core.sheets import BadSheet
from apps.core.verdict import Refused
from apps.org.actions.imports import ask_import, check_again, check_import, drop_import
from apps.org.actions.person import add_person
from apps.org.actions.request import approve_request, decline_request, withdraw_request
from apps.org.actions.unit import change_unit
from apps.org.imports.workbook import EXAMPLE, SHEETS, read_workbook, write_template
from apps.org.models import ImportRow, OrgImport, Person, Post, Request, Unit
from tests.factories import PersonFactory, PostFactory, bank
from tests.org.workbooks import workbook

pytestmark = pytest.mark.django_db

UNITS = [
    ["3301", "江州城北支行", "城北", "支行", "EAST", "2026-01-01"],
    ["330101", "江州城北营业室", "", "处室", "3301"],
]
PEOPLE = [["000123", "李明", "3301", "liming@example.com", "13800000000"], [9001, "王芳", "EAST"]]
POSTS = [["000123", "3301", "创新工作联系人", "零售", "2026-01-01", "", "兼职", "9001"], ["9001", "EAST", "group_lead", "", "2026/1/5"]]  # fmt: skip


@pytest.fixture
def world():
    world = bank()
    world.east.code = "EAST"
    world.east.save()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.security = PostFactory(role="security_admin", unit=world.root).user
    return world


def check(world, **sheets):
    return check_import(
        read_workbook(workbook(**sheets)), by=world.admin, name="机构人员.xlsx", sha256="0" * 64
    )


def carry_out(world, **sheets):
    made = check(world, **sheets)
    request = ask_import(made, by=world.admin)
    approve_request(request, by=world.security, seen=request.payload_hash)
    made.refresh_from_db()
    return made


def errors(made):
    return [
        (row.sheet, row.number, column) for row in made.rows.order_by("pk") for column, _text in row.errors
    ]


def sentences(made):
    return [sentence for row in made.rows.order_by("pk") for _column, sentence in row.errors]


def tables():
    """What an import may touch, as it stands."""
    return [
        list(Unit.objects.order_by("pk").values()),
        list(Person.objects.order_by("pk").values()),
        list(Post.objects.order_by("pk").values()),
    ]


# ── A good file ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_units_people_and_posts_come_from_one_file_after_a_second_person_approved(world):
    before = tables()
    made = check(world, units=UNITS, people=PEOPLE, posts=POSTS)
    assert made.summary == {"units": {"new": 2}, "people": {"new": 2}, "posts": {"new": 2}}
    assert tables() == before

    request = ask_import(made, by=world.admin)
    assert (made.state, tables()) == (OrgImport.State.WAITING, before)
    approve_request(request, by=world.security, seen=request.payload_hash)

    counter, room = Unit.objects.get(code="3301"), Unit.objects.get(code="330101")
    assert (counter.get_parent().code, counter.kind, counter.short_name, counter.opened_on) == (
        "EAST", Unit.Kind.SUB_BRANCH, "城北", date(2026, 1, 1),
    )  # fmt: skip
    assert (room.get_parent(), room.kind) == (counter, Unit.Kind.DIVISION)
    liaison = Post.objects.get(person__employee_no="000123")
    assert (liaison.unit, liaison.role, liaison.line, liaison.full_time, liaison.deputy.name, liaison.starts) == (
        counter, "liaison", world.retail, False, "王芳", date(2026, 1, 1),
    )  # fmt: skip
    assert Post.objects.get(person__employee_no="9001").full_time is True
    assert {row.org_import for row in (counter, liaison, liaison.person)} == {made}
    assert Unit.find_problems() == ([], [], [], [], [])
    assert [unit for _kind, found in search(world.admin, "城北") for unit in found] == [room, counter]


def test_the_import_leaves_one_line_with_its_id_its_counts_and_the_hash_of_the_file(world):
    made = carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    entry = Entry.objects.get(verb="import.merge")
    assert (entry.subject, entry.by) == (made, world.security)
    assert entry.data["import_id"] == made.pk
    assert entry.data["sha256"] == "0" * 64
    assert entry.data["counts"] == {"units": {"new": 2}, "people": {"new": 2}, "posts": {"new": 2}}
    assert not Entry.objects.filter(verb__in=["unit.open", "person.add", "post.grant"]).exists()


def test_the_same_file_again_changes_nothing(world):
    carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    before = tables()
    again = check(world, units=UNITS, people=PEOPLE, posts=POSTS)
    assert again.summary == {"units": {"same": 2}, "people": {"same": 2}, "posts": {"same": 2}}
    with pytest.raises(Refused):
        ask_import(again, by=world.admin)
    again.refresh_from_db()
    assert (again.state, tables()) == (OrgImport.State.CHECKED, before)


def test_importing_again_is_an_update_field_by_field_and_an_empty_cell_leaves_what_stands(world):
    first = carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    made = carry_out(
        world,
        units=[["3301", "江州北城支行", "", "", "", ""]],
        people=[["9001", "", "3301"]],
        posts=[["000123", "3301", "liaison", "零售", "2026-01-01", "2027-12-31", "专职"]],
    )
    assert list(made.rows.values_list("effect", "changes")) == [
        ("changed", {"name": ["江州城北支行", "江州北城支行"]}),
        ("changed", {"unit": ["EAST", "3301"]}),
        ("ended", {"ends": [None, "2027-12-31"], "full_time": [False, True]}),
    ]
    counter = Unit.objects.get(code="3301")
    assert (counter.name, counter.short_name, counter.org_import) == ("江州北城支行", "城北", made)
    assert (counter.version, Person.objects.get(employee_no="9001").version) == (2, 2)
    assert Person.objects.get(employee_no="9001").name == "王芳"
    assert Person.objects.get(employee_no="000123").org_import == first
    post = Post.objects.get(person__employee_no="000123")
    assert (post.ends, post.full_time, post.deputy.employee_no) == (date(2027, 12, 31), True, "9001")


def test_a_unit_moves_with_all_below_it(world):
    carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    west, counter = world.west, world.west_counter
    carry_out(
        world,
        units=[
            ["3301", "", "", "", counter.code],  # below a sub-branch that moves in the same file
            [counter.code, "", "", "", "EAST"],
            ["3302", "江州城南支行", "", "支行", "3301"],
        ],
    )
    assert Unit.find_problems() == ([], [], [], [], [])
    above = {unit.code: unit.get_parent().code for unit in Unit.objects.filter(depth__gt=2)}
    assert above == {
        world.east_counter.code: "EAST", counter.code: "EAST", "3301": counter.code, "330101": "3301", "3302": "3301",
    }  # fmt: skip
    assert Unit.objects.get(pk=west.pk).numchild == 0
    assert Unit.objects.under(Unit.objects.get(code="EAST")).count() == 6


def test_who_has_left_holds_no_post_and_has_no_way_in(world):
    carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    gone = PostFactory(role="group_member", unit=world.west)
    carry_out(world, people=[[gone.person.employee_no, "", "", "", "", clock.today().isoformat()]])
    gone.refresh_from_db()
    assert (gone.stands, gone.person.left_on, gone.person.user.is_active) == (False, clock.today(), False)


def test_a_unit_closes_when_nothing_is_left_of_it_and_not_before(world):
    today = clock.today().isoformat()
    carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    made = check(world, units=[["3301", "", "", "", "", "", today]])
    assert sentences(made) == ["仍有 1 个下级机构未关闭，请先关闭。", "仍有 1 人在此任职，请先结束其任职。"]

    carry_out(
        world,
        units=[["3301", "", "", "", "", "", today], ["330101", "", "", "", "", "", today]],
        people=[["000123", "", "", "", "", today]],
    )
    assert Unit.objects.get(code="3301").closed_on == clock.today()


# ── A bad file ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_bad_row_is_reported_by_sheet_row_and_column_and_nothing_is_imported(world):
    before = tables()
    made = check(
        world,
        units=[
            ["33 01", "名", "", "支行", "EAST"],
            ["", "名", "", "支行", "EAST"],
            ["A1", "", "", "支行", "EAST"],
            ["A2", "名", "", "小卖部", "EAST"],
            ["A3", "名", "", "支行", "NOWHERE"],
            ["A4", "名", "", "支行", "EAST", "2026-02-30"],
            ["A5", "名" * 101, "", "支行", "EAST"],
            ["A6", "名", "", "总行", "EAST"],
            ["A7", "好的支行", "", "支行", "EAST"],
        ],
        people=[
            ["P1", "李", "NOWHERE"],
            ["P2", "李", "A7", "not-an-address"],
            ["P3", "李", "A7", "", "telephone"],
            ["P4", "", "A7"],
            ["P5", True, "A7"],
            ["P6", "赵六", "A7", "", "", "2100-01-01"],
            ["P7", "好人", "A7"],
        ],
        posts=[
            ["NOBODY", "A7", "员工", "", "2026-01-01"],
            ["P7", "NOWHERE", "员工", "", "2026-01-01"],
            ["P7", "A7", "行长", "", "2026-01-01"],
            ["P7", "A7", "员工", "不存在的条线", "2026-01-01"],
            ["P7", "A7", "员工", "", ""],
            ["P7", "A7", "员工", "", "2026-02-01", "2026-01-01"],
            ["P7", "A7", "员工", "", "2026-01-01", "", "半职"],
            ["P7", "A7", "员工", "", "2026-01-01", "", "", "P6"],
            ["P7", "A7", "创新工作联系人", "", "2026-01-01", "", "", "P7"],
            ["P7", "A7", "工作组成员", "", "2026-01-01"],
        ],
    )  # fmt: skip
    assert errors(made) == [
        ("units", 2, "机构编码"), ("units", 3, "机构编码"), ("units", 4, "机构名称"), ("units", 5, "机构类型"),
        ("units", 6, "上级机构编码"), ("units", 7, "启用日期"), ("units", 8, "机构名称"), ("units", 9, "机构类型"),
        ("people", 2, "所属机构编码"), ("people", 3, "邮箱"), ("people", 4, "手机"), ("people", 5, "姓名"),
        ("people", 6, "姓名"), ("people", 7, "离职日期"),
        ("posts", 2, "工号"), ("posts", 3, "机构编码"), ("posts", 4, "角色"), ("posts", 5, "业务条线"),
        ("posts", 6, "开始日期"), ("posts", 7, "结束日期"), ("posts", 8, "专职或兼职"), ("posts", 9, "替补联系人工号"),
        ("posts", 9, "替补联系人工号"), ("posts", 10, "替补联系人工号"),
    ]  # fmt: skip
    assert (made.state, made.count("bad"), made.count("new")) == (OrgImport.State.BAD, 23, 3)
    with pytest.raises(Refused):
        ask_import(made, by=world.admin)
    assert (tables(), Request.objects.unscoped("test").count()) == (before, 0)


def test_rows_that_say_the_same_twice_are_wrong(world):
    made = check(world, units=[UNITS[0], UNITS[0]], people=[PEOPLE[1], PEOPLE[1]], posts=[POSTS[1], POSTS[1]])
    assert errors(made) == [("units", 3, "机构编码"), ("people", 3, "工号"), ("posts", 3, "工号")]


def test_a_tree_that_bites_its_tail_is_named_with_its_loop(world):
    made = check(
        world, units=[["A", "甲", "", "支行", "B"], ["B", "乙", "", "支行", "C"], ["C", "丙", "", "支行", "A"], ["D", "丁", "", "支行", "C"]]
    )  # fmt: skip
    assert errors(made) == [("units", row, "上级机构编码") for row in (2, 3, 4)]
    assert sentences(made)[0] == "机构不能隶属于自己：A › B › C › A。"
    assert errors(check(world, units=[["EAST", "", "", "", world.east_counter.code]])) == [("units", 2, "上级机构编码")]  # fmt: skip
    assert errors(check(world, units=[["HO", "", "", "", "EAST"]]))[0] == ("units", 2, "上级机构编码")


def test_formulas_and_merged_cells_are_wrong_where_they_stand(world):
    def touch(book, pages):
        pages["units"].write_formula(1, 1, '="江州"&"支行"', None, "江州支行")
        pages["people"].merge_range(1, 2, 2, 2, "EAST")

    made = check(world, units=[["A", "", "", "支行", "EAST"]], people=[["P1", "甲", ""], ["P2", "乙", ""]], touch=touch)  # fmt: skip
    assert errors(made) == [
        ("units", 2, "机构名称"),
        ("people", 2, "所属机构编码"),
        ("people", 3, "所属机构编码"),
    ]


@pytest.mark.parametrize(
    ("heads", "wrong"),
    [
        (["机构编码", "名称"], ["名称"]),
        (["机构名称"], ["机构编码"]),
        (["机构编码", "机构名称", "机构名称"], ["机构名称"]),
    ],
)
def test_the_heads_of_a_sheet_are_those_of_the_template(world, heads, wrong):
    assert errors(check(world, units=[], heads={"units": heads})) == [("units", 1, head) for head in wrong]


def test_a_file_without_our_sheets_or_without_rows_is_refused_with_a_sentence():
    with pytest.raises(BadSheet, match="模板"):
        read_workbook(workbook(touch=lambda book, pages: book.add_worksheet("别的")))
    with pytest.raises(BadSheet, match=EXAMPLE):
        read_workbook(write_template(["零售"]))


def test_the_example_in_the_template_is_right_but_for_its_mark(world):
    file = write_template(["零售"])
    rows = {sheet.name: [[column.example.removeprefix(f"{EXAMPLE}-") for column in sheet.columns]] for sheet in SHEETS.values()}  # fmt: skip
    assert check(world, **rows).summary == {"units": {"new": 1}, "people": {"new": 1}, "posts": {"new": 1}}
    assert file.read(2) == b"PK"


# ── Posts give roles ──────────────────────────────────────────────────────────────────────────────────────────────
def test_nobody_becomes_two_of_the_three_administrators_by_a_file(world):
    person = PersonFactory(employee_no="P1")
    Post.objects.create(person=person, unit=world.root, role="audit_admin", starts=date(2020, 1, 1))
    made = check(
        world,
        people=[["P2", "乙", "HO"]],
        posts=[
            ["P1", "HO", "系统管理员", "", "2026-01-01"],
            ["P2", "HO", "系统管理员", "", "2026-01-01", "2026-06-30"],
            ["P2", "HO", "安全管理员", "", "2026-06-30"],
            ["P2", "HO", "审计管理员", "", "2020-01-01", "2025-12-31"],
        ],
    )
    assert errors(made) == [("posts", 2, "角色"), ("posts", 3, "角色"), ("posts", 4, "角色")]


def test_the_same_post_is_not_given_twice_at_one_time(world):
    carry_out(world, units=UNITS, people=PEOPLE, posts=POSTS)
    made = check(world, posts=[["9001", "EAST", "工作组组长", "", "2026-06-01"]])
    assert errors(made) == [("posts", 2, "开始日期")]


def test_the_one_who_asked_does_not_approve_and_nobody_approves_a_post_of_their_own(world):
    own = world.security.person.employee_no
    request = ask_import(check(world, units=UNITS, posts=[[own, "EAST", "工作组组长", "", "2026-01-01"]]), by=world.admin)  # fmt: skip
    for somebody in (world.admin, world.security, PostFactory(role="group_lead", unit=world.root).user):
        with pytest.raises(Refused):
            approve_request(request, by=somebody, seen=request.payload_hash)
    assert not Unit.objects.filter(code="3301").exists()

    second = PostFactory(role="security_admin", unit=world.root).user
    approve_request(request, by=second, seen=request.payload_hash)
    assert Unit.objects.filter(code="3301").exists()


def test_only_the_bank_s_system_administrator_imports(world):
    of_a_branch = PostFactory(role="system_admin", unit=world.east).user
    with pytest.raises(Refused):
        check_import(read_workbook(workbook(units=UNITS)), by=of_a_branch, name="x.xlsx", sha256="0" * 64)


# ── What changed meanwhile ────────────────────────────────────────────────────────────────────────────────────────
def test_a_preview_that_no_longer_holds_is_refused_until_it_is_checked_again(world):
    made = check(world, units=[["EAST", "江州第一分行"]])
    change_unit(world.east, by=world.admin, name="江州直属分行")
    with pytest.raises(Refused, match="重新校验"):
        ask_import(made, by=world.admin)

    check_again(made, by=world.admin)
    assert made.rows.get().changes == {"name": ["江州直属分行", "江州第一分行"]}
    request = ask_import(made, by=world.admin)
    change_unit(world.east, by=world.admin, name="江州中心分行")
    with pytest.raises(Refused, match="重新校验"):
        approve_request(request, by=world.security, seen=request.payload_hash)
    assert Unit.objects.get(code="EAST").name == "江州中心分行"


def test_a_row_may_have_become_wrong_meanwhile(world):
    made = check(world, people=[["P1", "甲", "EAST"]])
    add_person(by=world.admin, name="乙", employee_no="P1", unit=world.west)
    check_again(made, by=world.admin)
    assert (made.rows.get().effect, made.state) == ("changed", OrgImport.State.CHECKED)


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_a_request_that_is_not_approved_gives_the_import_back_and_it_can_be_asked_again(world, how):
    made = check(world, units=UNITS)
    request = ask_import(made, by=world.admin)
    if how == "declined":
        decline_request(request, by=world.security, answer="编码有误")
    else:
        withdraw_request(request, by=world.admin)
    made.refresh_from_db()
    assert made.state == OrgImport.State.CHECKED
    request = ask_import(made, by=world.admin)
    approve_request(request, by=world.security, seen=request.payload_hash)
    assert Unit.objects.filter(code="3301").exists()


def test_a_dropped_import_keeps_no_rows(world):
    made = check(world, people=PEOPLE)
    drop_import(made, by=world.admin)
    assert (made.state, ImportRow.objects.count(), Person.objects.filter(name="李明").count()) == (
        OrgImport.State.DROPPED, 0, 0,
    )  # fmt: skip


# ── Many ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def many(count):
    return {
        "units": [[f"N{n:05d}", f"第{n}支行", "", "支行", "EAST"] for n in range(count)],
        "people": [[f"M{n:05d}", f"员工{n}", f"N{n:05d}"] for n in range(count)],
        "posts": [[f"M{n:05d}", f"N{n:05d}", "创新工作联系人", "", "2026-01-01", "", "兼职"] for n in range(count)],
    }  # fmt: skip


def test_three_thousand_rows_take_statements_by_the_hundred_rows_and_not_by_the_row(world):
    rows = read_workbook(workbook(**many(1000)))
    with CaptureQueriesContext(connection) as checking:
        made = check_import(rows, by=world.admin, name="x.xlsx", sha256="0" * 64)
    request = ask_import(made, by=world.admin)
    with CaptureQueriesContext(connection) as merging:
        approve_request(request, by=world.security, seen=request.payload_hash)
    assert Post.objects.filter(org_import=made).count() == 1000
    assert (len(checking) < 60, len(merging) < 90) == (True, True), (len(checking), len(merging))

    again = check_import(
        read_workbook(workbook(**many(1000))), by=world.admin, name="x.xlsx", sha256="0" * 64
    )
    assert again.summary == {"units": {"same": 1000}, "people": {"same": 1000}, "posts": {"same": 1000}}
