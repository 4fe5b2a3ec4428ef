"""What moves money, points or roles takes two people, or three, and nobody is two of them."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.core.models import Entry
from apps.core.verdict import Refused
from apps.org import kinds
from apps.org.actions.request import (
    approve_request,
    confirm_request,
    decline_request,
    make_request,
    may_approve,
    may_confirm,
    withdraw_request,
)
from apps.org.models import Authority, Request
from tests.factories import PersonFactory, PostFactory, UserFactory, bank

pytestmark = pytest.mark.django_db
done = []


@pytest.fixture(autouse=True)
def _kinds():
    """Two kinds of the test: one of two people, one of three whose approver is held to the authority table."""
    done.clear()
    common = {
        "label": "a test",
        "apply": lambda request, by: done.append(request.pk),
        "may_make": lambda user, subject: kinds.YES,
    }
    kinds.register(kinds.Kind("test.two", approve="funds.approve", **common))
    kinds.register(
        kinds.Kind(
            "test.three", confirm="funds.confirm", approve="funds.approve", authority="funds", **common
        )
    )
    yield
    for name in ("test.two", "test.three"):
        del kinds._kinds[name]


@pytest.fixture
def three():
    """A branch with a maker, a confirmer and an approver who may approve up to 500,000 yuan."""
    b = bank()
    b.maker = PostFactory(role="fund_manager", unit=b.root).user
    b.confirmer = PostFactory(role="finance_officer", unit=b.root).user
    b.approver = PostFactory(role="approver", unit=b.root).user
    Authority.objects.create(
        kind="funds", role="approver", unit=b.root, up_to_fen=500_000_00, starts=date(2020, 1, 1)
    )
    return b


def ask(b, kind="test.two", by=None, amount_fen=100):
    return make_request(kind, b.east, by=by or b.maker, unit=b.east, payload={"to": 1}, amount_fen=amount_fen)


def test_one_asks_and_another_approves_and_then_it_is_done_once(three):
    request = ask(three)
    approve_request(request, by=three.approver, seen=request.payload_hash)

    assert (request.state, request.maker, request.checker) == (
        Request.State.APPROVED,
        three.maker.person,
        three.approver.person,
    )
    assert done == [request.pk]
    assert list(Entry.objects.about(request).values_list("verb", flat=True)) == [
        "request.make",
        "request.approve",
    ]
    with pytest.raises(Refused):
        approve_request(
            request, by=PostFactory(role="approver", unit=three.root).user, seen=request.payload_hash
        )
    assert done == [request.pk]


def test_the_maker_approves_nothing_they_asked_for(three):
    both = PostFactory(role="approver", unit=three.root, person=three.maker.person).user
    request = ask(three, by=both)
    with pytest.raises(Refused, match="another person must decide|须由他人办理"):
        approve_request(request, by=both, seen=request.payload_hash)
    assert done == []


def test_three_people_confirm_before_anybody_approves(three):
    request = ask(three, "test.three")
    with pytest.raises(Refused):
        approve_request(request, by=three.approver, seen=request.payload_hash)

    confirm_request(request, by=three.confirmer, seen=request.payload_hash)
    approve_request(request, by=three.approver, seen=request.payload_hash)

    assert request.state == Request.State.APPROVED
    assert len({request.maker_id, request.confirmer_id, request.checker_id}) == 3


def test_who_confirmed_does_not_approve(three):
    PostFactory(role="approver", unit=three.root, person=three.confirmer.person)
    request = ask(three, "test.three")
    confirm_request(request, by=three.confirmer, seen=request.payload_hash)
    with pytest.raises(Refused):
        approve_request(request, by=three.confirmer, seen=request.payload_hash)


@pytest.mark.parametrize("side", ["the maker acted for the approver", "the approver acts for the maker"])
def test_whoever_one_acts_for_has_had_a_hand_in_it_too(three, side):
    if side == "the maker acted for the approver":
        PostFactory(role="fund_manager", unit=three.root, person=three.approver.person)
        three.maker.acting_for_id = three.approver.person_id
        request = ask(three)
        approver = three.approver
    else:
        request = ask(three)
        PostFactory(role="approver", unit=three.root, person=three.maker.person)
        approver = UserFactory()
        approver.acting_for_id = three.maker.person_id
    with pytest.raises(Refused):
        approve_request(request, by=approver, seen=request.payload_hash)
    assert done == []


def test_acting_for_an_approver_approves_in_both_names(three):
    taker = PostFactory(role="staff", unit=three.root).user
    taker.acting_for_id = three.approver.person_id
    request = ask(three)

    approve_request(request, by=taker, seen=request.payload_hash)

    assert (request.checker, request.checker_for) == (taker.person, three.approver.person)
    entry = Entry.objects.about(request).last()
    assert (entry.person, entry.on_behalf_of) == (taker.person_id, three.approver.person_id)


@pytest.mark.parametrize("what", ["payload", "amount", "unit", "old hash"])
def test_what_changed_since_it_was_read_is_not_approved(three, what):
    request = ask(three)
    seen = request.payload_hash
    row = Request.objects.unscoped("tampering").filter(pk=request.pk)
    if what == "payload":
        row.update(payload={"to": 2})
    elif what == "amount":
        row.update(amount_fen=101)
    elif what == "unit":
        row.update(unit=three.root)
    else:
        seen = "0" * 64
    with pytest.raises(Refused):
        approve_request(request, by=three.approver, seen=seen)
    assert done == []
    request.refresh_from_db()
    assert request.state == Request.State.WAITING


@pytest.mark.parametrize(
    ("hands", "name"),
    [
        ({"checker": "maker"}, "maker_is_not_checker"),
        ({"checker": "other", "checker_for": "maker"}, "maker_is_not_checker_for"),
        ({"maker_for": "other", "checker": "other"}, "maker_for_is_not_checker"),
        ({"maker_for": "other", "checker": "third", "checker_for": "other"}, "maker_for_is_not_checker_for"),
        ({"confirmer": "maker"}, "maker_is_not_confirmer"),
        ({"confirmer": "other", "checker": "other"}, "confirmer_is_not_checker"),
        ({"confirmer": "other", "checker": "third", "checker_for": "other"}, "confirmer_is_not_checker_for"),
        (
            {"confirmer": "third", "confirmer_for": "other", "checker": "other"},
            "confirmer_for_is_not_checker",
        ),
    ],
)
def test_the_database_itself_refuses_one_person_in_two_places(three, hands, name):
    request = ask(three)
    people = {"maker": request.maker, "other": PersonFactory(), "third": PersonFactory()}
    values = {field: people[who] for field, who in hands.items()}
    with pytest.raises(IntegrityError, match=f"request_{name}"), transaction.atomic():
        Request.objects.unscoped("tampering").filter(pk=request.pk).update(**values)


def test_an_approver_is_held_to_the_authority_table(three):
    request = ask(three, "test.three", amount_fen=500_000_01)
    confirm_request(request, by=three.confirmer, seen=request.payload_hash)

    verdict = may_approve(three.approver, request)
    assert not verdict
    assert "500,000" in str(verdict.reason)
    Authority.objects.update(up_to_fen=500_000_01)
    assert may_approve(three.approver, request)


def test_a_line_of_another_branch_or_of_last_year_gives_no_authority(three):
    Authority.objects.all().delete()
    west = PostFactory(role="approver", unit=three.west, person=three.approver.person)
    Authority.objects.create(
        kind="funds", role="approver", unit=west.unit, up_to_fen=10**12, starts=date(2020, 1, 1)
    )
    Authority.objects.create(
        kind="funds",
        role="approver",
        unit=three.root,
        up_to_fen=10**12,
        starts=date(2020, 1, 1),
        ends=date(2020, 12, 31),
    )

    assert Authority.limit_of(three.approver, "funds", three.east) == 0
    assert Authority.limit_of(three.approver, "funds", three.west_counter) == 10**12


def test_a_request_waits_on_whoever_may_take_its_next_step(three):
    two, threefold = ask(three), ask(three, "test.three")
    too_much = ask(three, amount_fen=10**12, kind="test.three")

    def waiting(user):
        return set(Request.objects.visible_to(user).waiting_on(user))

    assert waiting(three.maker) == set()
    assert waiting(three.confirmer) == {threefold, too_much}
    assert waiting(three.approver) == {two}
    for request in (threefold, too_much):
        confirm_request(request, by=three.confirmer, seen=request.payload_hash)
    assert waiting(three.confirmer) == set()
    assert waiting(three.approver) == {two, threefold}


def test_what_waits_on_a_person_is_what_the_rules_let_them_decide(three):
    users = [three.maker, three.confirmer, three.approver, PostFactory(role="approver", unit=three.west).user]
    rows = [ask(three, kind, amount_fen=fen) for kind in ("test.two", "test.three") for fen in (1, 10**12)]
    confirm_request(rows[2], by=three.confirmer, seen=rows[2].payload_hash)
    for user in users:
        waiting = set(Request.objects.visible_to(user).waiting_on(user))
        assert waiting == {row for row in rows if may_approve(user, row) or may_confirm(user, row)}


def test_who_may_decide_sees_the_request_and_a_stranger_does_not(three):
    request = ask(three)
    stranger = PostFactory(role="group_lead", unit=three.west).user
    assert request in Request.objects.visible_to(three.approver)
    assert request in Request.objects.visible_to(three.maker)
    assert request not in Request.objects.visible_to(stranger)


def test_declining_takes_a_reason_and_ends_it(three):
    request = ask(three)
    with pytest.raises(Refused):
        decline_request(request, by=three.approver, answer="  ")
    decline_request(request, by=three.approver, answer="额度不足")
    assert (request.state, request.answer) == (Request.State.DECLINED, "额度不足")
    with pytest.raises(Refused):
        approve_request(request, by=three.approver, seen=request.payload_hash)


def test_only_the_maker_withdraws_and_only_while_it_is_open(three):
    request = ask(three)
    with pytest.raises(Refused):
        withdraw_request(request, by=three.approver)
    withdraw_request(request, by=three.maker)
    assert request.state == Request.State.WITHDRAWN
    with pytest.raises(Refused):
        withdraw_request(request, by=three.maker)


def test_a_kind_has_one_name_and_an_unknown_one_says_so():
    with pytest.raises(ValueError, match=r"test\.two"):
        kinds.register(kinds.kind_named("test.two"))
    with pytest.raises(LookupError):
        kinds.kind_named("test.none")
