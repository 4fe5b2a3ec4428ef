"""A lost password or phone of an administrator, or of somebody who moves money, takes two people."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from apps.core.verdict import Refused
from apps.org.actions.person import open_account, reset_account
from apps.org.actions.recovery import ask_recovery
from apps.org.actions.request import approve_request
from apps.org.models import Request
from tests.factories import PostFactory, bank
from tests.org.pages import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    for role in ("system_admin", "security_admin", "audit_admin", "fund_manager", "group_lead"):
        setattr(world, role, PostFactory(role=role, unit=world.root).user)
    return world


def asked(world, account, **values):
    return ask_recovery(
        account, by=world.system_admin, note="柜面核验过本人", **{"second_factor": False} | values
    )


@pytest.mark.parametrize("role", ["security_admin", "audit_admin", "fund_manager", "system_admin"])
def test_one_administrator_alone_gives_no_guarded_account_a_new_password(world, role):
    with pytest.raises(Refused):
        reset_account(getattr(world, role), by=world.system_admin)


def test_anybody_elses_password_takes_one(world):
    assert len(reset_account(world.group_lead, by=world.system_admin)) == 16


def test_after_two_people_agreed_the_account_gets_one_new_password_within_a_day(world):
    request = asked(world, world.security_admin)
    approve_request(request, by=world.audit_admin, seen=request.payload_hash)
    account = world.security_admin
    account.refresh_from_db()
    reset_account(account, by=world.system_admin)
    with pytest.raises(Refused):
        reset_account(account, by=world.system_admin)

    request = asked(world, account)
    approve_request(request, by=world.audit_admin, seen=request.payload_hash)
    account.refresh_from_db()
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=25)), pytest.raises(Refused):
        reset_account(account, by=world.system_admin)


def test_nobody_approves_the_recovery_of_their_own_account(world):
    request = asked(world, world.security_admin)
    with pytest.raises(Refused):
        approve_request(request, by=world.security_admin, seen=request.payload_hash)


def test_nobody_asks_for_their_own(world):
    with pytest.raises(Refused):
        asked(world, world.system_admin)


def test_a_lost_phone_is_forgotten_and_every_session_ends(world, client):
    TOTP.activate(world.fund_manager, generate_totp_secret())
    client.force_login(world.fund_manager, backend="apps.org.adapters.AccountBackend")
    assert client.get("/").status_code == 200
    request = asked(world, world.fund_manager, second_factor=True)
    assert Authenticator.objects.count() == 1
    approve_request(request, by=world.security_admin, seen=request.payload_hash)
    assert Authenticator.objects.count() == 0
    assert client.get("/").status_code == 302


def test_no_second_account_opens_to_one_what_takes_two_to_recover(world):
    with pytest.raises(Refused):
        open_account(world.security_admin.person, by=world.system_admin, username="second")


def test_the_page_asks_and_the_other_administrator_decides(world, visit, client):
    person = world.fund_manager.person
    page = visit(world.system_admin, url("person_detail", person.pk)).content.decode()
    recover = url("account_recover", person.pk, world.fund_manager.pk)
    assert recover in page
    assert url("account_reset", person.pk, world.fund_manager.pk) not in page
    assert client.post(recover, {"note": ""}).status_code == 200
    client.post(recover, {"note": "柜面核验过本人", "second_factor": "on"})
    request = Request.objects.unscoped("test").get(kind="account.recover")
    shown = visit(world.security_admin, request.get_absolute_url()).content.decode()
    assert person.name in shown
    client.post(url("request_move", request.pk, "approve"), {"seen": request.payload_hash})
    assert (
        url("account_reset", person.pk, world.fund_manager.pk)
        in visit(world.system_admin, url("person_detail", person.pk)).content.decode()
    )
