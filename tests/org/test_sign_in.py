"""Signing in as a bank asks for it: passwords, lock-out, the end of a session, the second factor."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from apps.org.actions.person import close_account, end_sessions, reset_account, unlock_account
from apps.org.checks import no_superuser
from apps.org.models import FormerPassword
from apps.org.sign_in.profiles import validators
from tests.factories import PostFactory, UserFactory, bank

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
GOOD = "Xing-2026-lu"


@pytest.fixture
def world():
    world = bank()
    world.officer = PostFactory(role="group_member", unit=world.east).user
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    for user in (world.officer, world.admin):
        user.set_password(GOOD)
        user.save()
    return world


@pytest.fixture
def djbh3(settings):
    settings.PASSWORD_PROFILE = "djbh3"
    settings.AUTH_PASSWORD_VALIDATORS = validators("djbh3")


def sign_in(username, password=GOOD, address="10.1.2.3", client=None):
    """Post the sign-in form from an address; gives the client and the answer."""
    client = client or Client(REMOTE_ADDR=address)
    return client, client.post(reverse("account_login"), {"login": username, "password": password})


def signed_in(client):
    return client.get(reverse("desk:home")).status_code == 200


# ── Passwords ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("profile", "password", "fits"),
    [
        ("djbh3", "Xing-2026-lu", True),
        ("djbh3", "xing-2026-lu", True),
        ("djbh3", "星河2026-abcdef", True),
        ("djbh3", "Xing-2026-l", False),
        ("djbh3", "xingluxinglu26", False),
        ("djbh3", "XINGLUXINGLUXING", False),
        ("djbh3", "Password1234", False),
        ("asvs", "xing lu xing lu xing", True),
        ("asvs", "Xing-2026-lu", False),
        ("asvs", "x" * 129, False),
    ],
)
def test_a_profile_says_which_passwords_fit(settings, profile, password, fits):
    settings.AUTH_PASSWORD_VALIDATORS = validators(profile)
    try:
        validate_password(password, UserFactory())
    except ValidationError:
        assert not fits
    else:
        assert fits


def test_none_of_the_last_five_passwords_comes_back_and_the_sixth_may(world, djbh3):
    user = world.officer
    for number in range(5):
        user.set_password(f"Another-{number}-2026")
        user.save()
    with pytest.raises(ValidationError):
        validate_password("Another-0-2026", user)
    user.set_password("Another-5-2026")
    user.save()
    validate_password("Another-0-2026", user)
    with pytest.raises(ValidationError):
        validate_password("Another-5-2026", user)
    assert FormerPassword.objects.filter(user=user).count() == 5


def test_a_password_of_ninety_days_is_changed_before_anything_else(world, djbh3):
    with time_machine.travel(NOON, tick=False):
        world.officer.set_password(GOOD)
        world.officer.save()
    with time_machine.travel(NOON + timedelta(days=85), tick=False):
        client, answer = sign_in(world.officer.username)
        assert "5" in "".join(re.findall(r"密码将在 (\d+) 天后到期", client.get("/").content.decode()))
    with time_machine.travel(NOON + timedelta(days=90), tick=False):
        client, answer = sign_in(world.officer.username)
        change = reverse("account_change_password")
        assert client.get("/").headers["Location"] == change
        again = {"oldpassword": GOOD, "password1": GOOD, "password2": GOOD}
        assert client.post(change, again).status_code == 200  # the old one is no change
        new = {"oldpassword": GOOD, "password1": "Changed-2026-x", "password2": "Changed-2026-x"}
        client.post(change, new)
        assert signed_in(client)


# ── Lock-out ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_five_failures_lock_an_account_wherever_they_come_from_and_half_an_hour_opens_it(world):
    name = world.officer.username
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(5):
            typed = name.upper() if number % 2 else f" {name}"  # one account, however it is written
            sign_in(typed, "wrong", address=f"10.9.0.{number}")
        assert sign_in(name)[1].status_code == 429
        assert not signed_in(sign_in(name)[0])
        assert signed_in(sign_in(world.admin.username)[0])
        clock.shift(timedelta(minutes=29))
        assert sign_in(name)[1].status_code == 429  # and trying makes it no longer
        clock.shift(timedelta(minutes=2))
        assert signed_in(sign_in(name)[0])


def test_an_administrator_unlocks_an_account(world):
    for _ in range(5):
        sign_in(world.officer.username, "wrong")
    assert not signed_in(sign_in(world.officer.username)[0])
    unlock_account(world.officer, by=world.admin)
    assert signed_in(sign_in(world.officer.username)[0])


def test_many_failures_from_one_address_lock_it_for_every_account(world, settings):
    settings.ADDRESS_FAILURE_LIMIT = 8
    for number in range(8):
        sign_in(f"nobody{number}", "wrong", address="10.7.7.7")
    assert sign_in(world.officer.username, address="10.7.7.7")[1].status_code == 429
    assert signed_in(sign_in(world.officer.username, address="10.7.7.8")[0])


def test_getting_in_clears_the_account_and_not_the_address(world):
    sign_in("nobody", "wrong")
    sign_in(world.officer.username, "wrong")
    sign_in(world.officer.username)
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["nobody"]


def test_the_address_is_read_past_our_own_proxies_alone(world, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "6.6.6.6, 10.3.3.3"})
    sign_in("nobody", "wrong", client=client)
    assert AccessAttempt.objects.get().ip_address == "10.3.3.3"


# ── The end of a session ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def short_days(settings):
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 900, 8 * 3600


def test_a_session_left_alone_for_a_quarter_of_an_hour_ends(world, short_days):
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in(world.officer.username)
        assert signed_in(client)
        clock.shift(timedelta(seconds=890))
        assert signed_in(client)
        clock.shift(timedelta(seconds=901))
        answer = client.get("/projects/")
        assert answer.headers["Location"] == "/accounts/login/?next=/projects/"
        assert "请重新登录" in client.get(answer.headers["Location"]).content.decode()


def test_what_a_page_asks_by_itself_keeps_no_session_alive(world, short_days):
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in(world.officer.username)
        assert signed_in(client)
        for _minute in range(15):
            clock.shift(timedelta(minutes=1))
            answer = client.get(reverse("core:notice_count"), headers={"Silun-Background": "true"})
        assert answer.status_code == 401
        assert not signed_in(client)


def test_a_session_ends_after_eight_hours_however_busy(world, short_days):
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in(world.officer.username)
        for _step in range(47):
            assert signed_in(client)
            clock.shift(timedelta(minutes=10))
        assert signed_in(client)
        clock.shift(timedelta(minutes=10))
        assert not signed_in(client)


def test_a_page_learns_how_long_its_session_lasts(world, short_days):
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in(world.officer.username)
        assert signed_in(client)
        clock.shift(timedelta(seconds=100))
        said = client.get(reverse("org:alive"), headers={"Silun-Background": "true"}).json()
        assert (said["idle"], said["whole"]) == (800, 28700)
        assert client.get(reverse("org:alive")).json()["idle"] == 900  # somebody typed


def test_a_fragment_of_an_ended_session_sends_the_whole_page_to_sign_in(world, short_days):
    with time_machine.travel(NOON, tick=False) as clock:
        client, _ = sign_in(world.officer.username)
        signed_in(client)
        clock.shift(timedelta(hours=1))
        there = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/?q=1"}
        assert (
            client.get("/projects/", headers=there).headers["HX-Redirect"]
            == "/accounts/login/?next=/projects/"
        )


def changed_by_oneself(world, client):
    new = {"oldpassword": GOOD, "password1": "Changed-2026-abc", "password2": "Changed-2026-abc"}
    assert client.post(reverse("account_change_password"), new).status_code == 302


ENDS = {
    "the owner changes the password": changed_by_oneself,
    "an administrator gives a new password": lambda world, client: reset_account(
        world.officer, by=world.admin
    ),
    "the account is disabled": lambda world, client: close_account(world.officer, by=world.admin),
    "an administrator signs it out": lambda world, client: end_sessions(world.officer, by=world.admin),
    "the owner signs out everywhere": lambda world, client: client.post(reverse("org:out_everywhere")),
}


@pytest.mark.parametrize("happens", ENDS.values(), ids=ENDS.keys())
def test_one_end_to_all_sessions(world, happens):
    others = [sign_in(world.officer.username)[0] for _ in range(2)]
    client, _ = sign_in(world.officer.username)
    assert [signed_in(one) for one in others] == [True, True]
    happens(world, client)
    assert [signed_in(one) for one in others] == [False, False]


def test_a_disabled_accounts_sessions_do_not_come_back_with_it(world):
    client, _ = sign_in(world.officer.username)
    close_account(world.officer, by=world.admin)
    world.officer.refresh_from_db()
    world.officer.is_active = True
    world.officer.save()
    assert not signed_in(client)
    assert signed_in(sign_in(world.officer.username)[0])


# ── The second factor ─────────────────────────────────────────────────────────────────────────────────────────────
MUST = {"approver", "fund_manager", "finance_officer", "system_admin", "security_admin", "audit_admin"}


def code_of(authenticator, steps=0):
    secret = authenticator.wrap().instance.data["secret"]
    counter = int(datetime.now(UTC).timestamp()) // 30 + steps
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("role", sorted(MUST | {"group_lead", "liaison", "reviewer"}))
def test_administrators_and_money_roles_set_up_the_second_factor_before_anything_else(world, settings, role):
    settings.SECOND_FACTOR = True
    user = PostFactory(role=role, unit=world.root).user
    user.set_password(GOOD)
    user.save()
    client, _ = sign_in(user.username)
    answer = client.get("/projects/")
    assert answer.headers.get("Location") == (reverse("mfa_activate_totp") if role in MUST else None)


def test_a_post_that_moves_money_asks_for_the_second_factor_on_the_next_request(world, settings):
    settings.SECOND_FACTOR = True
    client, _ = sign_in(world.officer.username)
    assert signed_in(client)
    PostFactory(role="fund_manager", unit=world.root, person=world.officer.person)
    assert client.get("/").headers["Location"] == reverse("mfa_activate_totp")
    TOTP.activate(world.officer, generate_totp_secret())
    assert signed_in(client)


def test_whoever_must_have_the_second_factor_does_not_switch_it_off(world, settings):
    settings.SECOND_FACTOR = True
    TOTP.activate(world.admin, generate_totp_secret())
    client = Client()
    client.force_login(world.admin, backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.post(reverse("mfa_reauthenticate"), {"code": code_of(Authenticator.objects.get())})
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=world.admin).exists()


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(world):
    TOTP.activate(world.officer, generate_totp_secret())
    client, answer = sign_in(world.officer.username)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = code_of(Authenticator.objects.get())
    assert client.post(reverse("mfa_authenticate"), {"code": right}).status_code != 302
    assert not signed_in(client)
    assert sign_in(world.officer.username)[1].status_code == 429


def test_whoever_signs_in_reads_when_the_account_was_used_before(world):
    sign_in(world.officer.username, address="10.5.5.5")
    client, _ = sign_in(world.officer.username, address="10.6.6.6")
    page = client.get("/").content.decode()
    assert "10.5.5.5" in page
    assert "10.6.6.6" not in page


@pytest.mark.parametrize(
    ("production", "superuser", "active", "found"),
    [(True, True, True, 1), (True, True, False, 0), (True, False, True, 0), (False, True, True, 0)],
)
def test_production_refuses_an_active_superuser(world, settings, production, superuser, active, found):
    settings.PRODUCTION = production
    world.officer.is_superuser, world.officer.is_active = superuser, active
    world.officer.save()
    assert len(no_superuser(databases=["default"])) == found
