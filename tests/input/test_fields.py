"""Every field of every form, with what nobody means to type: a sentence or a clean value, and what was typed stays.

The forms are those on the pages of the product, filled in as an honest person would; then one field is changed, and the
form is sent to its real address.
"""

import re
import time
from collections import Counter
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django import forms as django_forms
from django.conf import settings
from django.db import transaction
from django.forms.formsets import BaseFormSet
from django.test import Client
from django.urls import reverse

from apps.core.forms import StrictDecimalField, clean_text
from tests.everything.forms import FORM, PageForm, encoded, forms_of, shown
from tests.everything.world import pages, told
from tests.factories import PersonFactory, UserFactory
from tests.fence import ACCESS
from tests.test_fence import ROUTES

pytestmark = pytest.mark.hostile

PROMISED_S = 2  # of the processor: what else the machine does is not the form's fault
NO_NUMBER = (
    "NaN", "Infinity", "-Infinity", "1e400", "1_000", "0x10", "--5", "1,00", "abc", "0001-01-01", "9999-12-31", "2027-02-29",
)  # fmt: skip
NO_DATE = (
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "2027-02-29",
    "2026-13-45",
    "1234567890123456789",
    "明天",
    "0000-00-00",
    "Infinity",
    "1e400",
    "-0",
    "1_000",
    "１２３",
    "0x10",
    "0.001",
)
VALUES = {
    "number": (*NO_NUMBER, "-0", "１２３", "1234567890123456789", "0.001", "9" * 400, "", " 7 "),
    "date": (*NO_DATE, "2028-02-29", "２０２８-１２-０１", ""),
    "text": (
        "\u202egnp.exe 银行", "零\u200b宽\u2060字", "a\x00b", "\ud800x", "长" * 350_000, "🏦👩‍👩‍👧‍👦", "w" * 5_000,
        "\u3000\u200b", "%s %(x)s {0} {{ 7*7 }}", "１２\r\n三四",
    ),
    "choice": ("nonsense", "９", "1" * 30, "NaN", "\x00", "-1", "1e400", "\ud800", "1,2"),
    "hidden": ("nonsense", "９", "1" * 30, "NaN", "\x00", "-0", "1e400", "\ud800", ""),
}  # fmt: skip
REFUSED = {"number": NO_NUMBER, "date": NO_DATE}
ANSWERS_WITH_A_PAGE = {"org:account_open", "org:account_reset"}  # the new password, shown once
# Posted from states that the bank is not in; those with a field are posted to below, the others have none.
NOT_ON_A_PAGE = {
    "allocation:tranche_request", "insight:followup_move", "insight:issue_pull", "operations:rollout_move",
    "org:account_unlock", "org:delegation_act", "org:delegation_rest", "org:parameter_drop",
    "projects:project_advance", "projects:project_sign", "projects:requirement_waive", "review:ballot_close",
    "review:ballot_open", "review:minutes_issue", "review:round_move",
}  # fmt: skip
PASSWORD = "Xing-2026-lu"
# The forms of signing in, and who has come to them.
SIGN_IN = {
    "account_login": "",
    "account_change_password": "plain",
    "mfa_activate_totp": "plain",
    "mfa_authenticate": "careful",
    "mfa_reauthenticate": "careful",
}
DRAWN_BY_HAND = {"SavedViewForm"}  # the box that names a view; its address is among those posted to


@pytest.fixture(scope="module")
def forms(house, django_db_blocker):
    """(who, form) of each form on the pages, once, and the classes of forms that the pages were drawn with."""
    found, classes, client = {}, set(), Client()
    with django_db_blocker.unblock(), transaction.atomic():
        for _name, who, address in pages(house):
            client.force_login(who)
            answer = client.get(address)
            if answer.streaming or "html" not in answer["Content-Type"]:
                continue
            classes |= classes_in(getattr(answer, "context_data", None) or {})
            for form in forms_of(answer.content.decode(), address, told(house)):
                found.setdefault(form.key, (who, form))
        transaction.set_rollback(True)
    return list(found.values()), classes


@pytest.fixture(scope="module")
def signing_in(house, django_db_blocker):
    """(client, form, classes) of each form by which one signs in or changes how; each client has come as far as its form."""
    found = []
    with django_db_blocker.unblock():
        plain, careful = house.guest.user, UserFactory(person=PersonFactory(unit=house.east))
        TOTP.activate(careful, generate_totp_secret())
        for user in (plain, careful):
            user.set_password(PASSWORD)
            user.save()
        for route, who in SIGN_IN.items():
            client = Client()
            if route in ("mfa_authenticate", "mfa_activate_totp", "account_change_password"):
                signed = plain if who == "plain" else careful
                client.post(reverse("account_login"), {"login": signed.username, "password": PASSWORD})
            elif who:
                client.force_login(careful, backend=settings.AUTHENTICATION_BACKENDS[-1])
            if route == "mfa_activate_totp":
                client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
            answer = client.get(reverse(route))
            assert answer.status_code == 200, (route, answer.headers.get("Location"))
            classes = classes_in(answer.context_data)
            found += [
                (client, form, classes)
                for form in forms_of(answer.content.decode(), reverse(route), {})
                if form.address == reverse(route)
            ]
    return found


def test_no_field_by_which_one_signs_in_is_an_error_of_ours(signing_in, record_property):
    answers = Counter()
    for client, form, _classes in signing_in:
        for name in form.kinds:
            for value in VALUES["text"] + VALUES["hidden"]:
                answer, after = sent(client, form, {name: value})
                answers[answer.status_code] += 1
                assert answer.status_code in (200, 302, 400, 403, 429), (form.address, name, value[:30])
                assert after.status_code in (200, 403, 429), (form.address, name, value[:30])
    record_property("fields: posts to the forms of signing in", sum(answers.values()))
    assert {form.address for _client, form, _classes in signing_in} == {reverse(route) for route in SIGN_IN}
    assert answers[200] > sum(answers.values()) / 2


def classes_in(value, depth=3):
    """The classes of the forms in a page's context, those inside formsets and sheets too."""
    if isinstance(value, django_forms.BaseForm):
        return {type(value)}
    if isinstance(value, BaseFormSet):
        return {value.form}
    if not depth:
        return set()
    if isinstance(value, dict):
        inside = value.values()
    elif isinstance(value, list | tuple):
        inside = value
    else:
        inside = vars(value).values() if type(value).__module__.startswith("apps.") else ()
    return {found for part in inside for found in classes_in(part, depth - 1)}


def sent(client, form, changes=None):
    """The answer to the form with these fields changed; nothing of it is kept. With a redirect, where it leads."""
    values = form.values | {name: [value] for name, value in (changes or {}).items()}
    with transaction.atomic():
        try:
            answer = client.post(form.address, encoded(values), content_type=FORM)
            after = client.get(answer.url) if answer.status_code == 302 else answer
            return answer, after
        finally:
            transaction.set_rollback(True)


def test_an_honest_person_gets_every_form_through(client, forms):
    refused = {}
    for who, form in forms[0]:
        client.force_login(who)
        answer, _after = sent(client, form)
        if answer.status_code != 302 and not form.has_file and form.route not in ANSWERS_WITH_A_PAGE:
            refused[form.address] = errors_on(answer.content.decode())
    assert refused == {}


def errors_on(html):
    return re.findall(r'class="errorlist[^>]*>.*?</ul>|role="alert".*?</div></div>', html, re.DOTALL) or html


@pytest.mark.parametrize("kind", VALUES)
def test_nothing_that_is_typed_is_an_error_of_ours_or_lost(client, forms, kind, record_property):
    faults, tried, fields, slowest = [], 0, 0, (0.0, "")
    for who, form in forms[0]:
        client.force_login(who)
        for name in form.of_kind(kind):
            fields += 1
            for value in VALUES[kind]:
                tried += 1
                at = time.process_time()
                if fault := what_is_wrong(client, form, kind, name, value):
                    faults.append((form.address, name, value[:30], fault))
                slowest = max(slowest, (time.process_time() - at, f"{form.address} {name}={value[:20]!r}"))
    record_property(f"fields: {kind} values posted", tried)
    record_property("slowest post of a field, s", slowest[0])
    assert not faults, "\n".join(map(ascii, faults))
    assert slowest[0] < PROMISED_S


def what_is_wrong(client, form, kind, name, value):
    """A fault in the answer to one hostile value, in words; nothing when it is as promised."""
    try:
        answer, after = sent(client, form, {name: value})
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:300]
    if answer.status_code == 302:
        if value in REFUSED.get(kind, ()):
            return "was taken"
        return "" if after.status_code in (200, 403, 404) else f"then {after.status_code}"
    if answer.status_code in (400, 403, 404):
        return "" if kind in ("choice", "hidden") else f"answered {answer.status_code}"
    if answer.status_code != 200:
        return f"answered {answer.status_code}"
    if form.route in ANSWERS_WITH_A_PAGE or form.has_file:
        return ""
    html = answer.content.decode()
    if "alert" not in html and "errorlist" not in html:
        return "no sentence"
    if kind in ("choice", "hidden"):
        return ""
    stands = shown(html).get(name, [])
    return "" if any(same(text, value) for text in stands) else f"lost: {str(stands)[:80]}"


def same(text, typed):
    """Whether a field shows what was typed, but for what cannot be seen."""
    typed = typed.encode("utf-8", "replace").decode().replace("\ufffd", "?")
    text = text.replace("\ufffd", "?")
    plain = [re.sub(r"[\s?]+", "", clean_text(t, lines=True)) for t in (text, typed)]
    return plain[0] == plain[1]


def test_a_move_with_a_note_or_a_number_takes_no_harm_from_what_is_typed(client, house):
    """Those that stand on no page of this bank, because nothing is in their state."""
    moves = [
        ("insight:followup_move", house.lead, {"pk": house.follow_up.pk, "move": "close"}, {"note": "text"}),
        ("insight:issue_pull", house.secretary, {"pk": house.issue.pk}, {"item": "hidden", "section": "choice"}),
        ("operations:rollout_move", house.adopter, {"pk": house.offer.pk, "move": "decline"}, {"note": "text"}),
        ("projects:requirement_waive", house.colleague, {"pk": house.signed.pk, "kind": "opinions"}, {"note": "text"}),
        ("allocation:tranche_request", house.money.manager, {"pk": house.tranche.pk}, {"note": "text"}),
        ("review:ballot_open", house.secretary, {"pk": house.sitting.pk, "topic": house.ballot.topic_id}, {"minutes": "number", "secret": "choice"}),
        ("review:round_move", house.secretary, {"pk": house.round.pk, "move": "close"}, {"note": "text"}),
    ]  # fmt: skip
    for route, who, kwargs, fields in moves:
        client.force_login(who)
        form = PageForm(reverse(route, kwargs=kwargs), {})
        for name, kind in fields.items():
            for value in VALUES[kind]:
                answer, after = sent(client, form, {name: value})
                assert (answer.status_code, after.status_code) in ((302, 200), (404, 404)), (
                    route,
                    value[:20],
                )


def test_an_end_before_its_start_is_refused_at_its_field(client, forms):
    tried = []
    for who, form in forms[0]:
        client.force_login(who)
        for first, last in (("starts", "ends"), ("term_starts", "term_ends")):
            if first in form.values and last in form.values:
                day = date.fromisoformat(form.values[first][0])
                answer, _after = sent(client, form, {last: (day - timedelta(days=1)).isoformat()})
                tried.append(form.route)
                assert (answer.status_code, form.route) == (200, form.route)
                assert "不得早于" in answer.content.decode(), form.route
    assert sorted(tried) == [
        "org:authority_ask", "org:body_edit", "org:body_open", "org:body_seat", "org:delegation_give",
        "org:engagement_ask", "org:post_ask",
    ]  # fmt: skip


def test_every_address_that_takes_a_post_is_reached_by_a_form_of_ours(client, house, forms):
    """So that no form is passed over: what answers a GET with 405 only posts."""
    reached = {form.route for _who, form in forms[0]}
    posting = {name for name in ACCESS if name not in {page for page, _who, _address in pages(house)}}
    redirecting = {
        "allocation:scenario_progress",
        "incentives:my_points",
        "talent:my_profile",
        "review:minutes_file",
        "org:alive",
    }
    assert posting - reached - redirecting == NOT_ON_A_PAGE


def test_every_form_class_of_ours_with_a_number_a_date_or_a_text_was_tried(forms, signing_in):
    for path in (Path(settings.BASE_DIR) / "apps").rglob("forms*/*.py"):
        import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
    typed = (StrictDecimalField, django_forms.DateField, django_forms.DateTimeField, django_forms.CharField)
    known = {cls for cls in all_of(django_forms.BaseForm) if cls.__module__.startswith("apps.")}
    mine = {
        cls
        for cls in known
        if any(isinstance(f, typed) for f in getattr(cls, "base_fields", {}).values())
        and not cls.__subclasses__()
    }
    tried = forms[1] | {cls for _client, _form, classes in signing_in for cls in classes}
    assert {cls.__name__ for cls in mine - tried} == DRAWN_BY_HAND


def all_of(cls):
    return {found for sub in cls.__subclasses__() for found in {sub, *all_of(sub)}}


def test_every_route_is_one_of_ours():
    assert set(ACCESS) <= set(ROUTES)
