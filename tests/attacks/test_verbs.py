"""Reading changes nothing, by whatever name; a method nobody knows is refused; who is not signed in sees the door alone."""

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.attacks.places import addresses, every_page, writes
from tests.test_fence import PATTERNS

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

UNKNOWN = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GETPOST")
FORGED = {
    "X-HTTP-Method-Override": "POST",
    "X-HTTP-Method": "POST",
    "X-Method-Override": "POST",
    "X-Original-URL": "/org/sign-in/out-everywhere/",
    "X-Rewrite-URL": "/org/sign-in/out-everywhere/",
}
IN_THE_QUERY = {"_method": "POST", "_METHOD": "DELETE", "method": "POST", "action": "delete"}
READINGS = [
    (Client.get, {}),
    (Client.head, {}),
    (Client.get, {"headers": FORGED, "query_params": IN_THE_QUERY}),
]
# What reading writes: that a report was read, for its author; that somebody reads under an engagement.
READING_WRITES = {
    "insight:issue_detail": {"insight_reading", "core_entry", "core_job"},
    "org:engagement_detail": {"core_entry"},
    "org:engagement_end": {"core_entry"},
}
# Pages of signing in, for whoever is not signed in; whether and how they answer is for allauth.
DOOR = {
    "account_login", "account_logout", "account_inactive", "account_signup", "mfa_authenticate", "openid_connect_login",
    "openid_connect_callback", "set_language",
}  # fmt: skip


def rows_of_every_table():
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            found[table] = cursor.fetchone()[0]
        return found


def test_every_route_of_the_house_is_attacked(house, crawl):
    assert set(addresses(house, crawl)) == set(PATTERNS)


def test_reading_changes_nothing_whatever_a_header_or_a_field_says(house, crawl, record_property):
    changed, asked = {}, 0
    places = [
        (name, crawl.client(user), address) for name, (user, address) in addresses(house, crawl).items()
    ]
    before = rows_of_every_table()
    for name, client, address in places:
        for ask, options in READINGS:
            asked += 1
            with transaction.atomic(), writes() as written:
                answer = ask(client, address, **options)
                if answer.streaming:
                    list(answer.streaming_content)
                transaction.set_rollback(bool(written))
            tables = {table for table, _sql, _params in written} - READING_WRITES.get(name, set())
            if tables or answer.status_code >= 500:
                changed.setdefault(name, set()).update(tables, {answer.status_code})
    record_property("verbs: requests that read", asked)
    record_property("verbs: … that changed anything", len(changed))
    assert changed == {}
    assert rows_of_every_table() == before


def test_a_method_the_house_does_not_know_is_405_and_does_nothing(house, crawl, record_property):
    wrong, asked = {}, 0
    for name, (user, address) in addresses(house, crawl).items():
        for method in UNKNOWN:
            asked += 1
            with writes() as written:
                answer = crawl.client(user).generic(method, address, {"pk": 1})
            if answer.status_code != 405 or written or answer.content:
                wrong[name, method] = answer.status_code
    record_property("verbs: requests by other methods", asked)
    record_property("verbs: … not answered with 405", len(wrong))
    assert wrong == {}
    assert answer["Allow"] == "GET, HEAD, POST"


def test_a_post_that_calls_itself_a_reading_is_a_post(house, crawl):
    """So that no header takes a request past the check of its token."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(house.lead, backend="apps.org.adapters.AccountBackend")
    for headers in ({"X-HTTP-Method-Override": "GET"}, {"X-HTTP-Method": "HEAD"}):
        assert client.post("/projects/propose/", {"_method": "GET"}, headers=headers).status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_door_by_every_route_but_the_door(house, crawl, record_property):
    answers, client = {}, Client(raise_request_exception=False)
    for name, (_user, address) in addresses(house, crawl).items():
        for ask in (client.get, client.head, client.post):
            with writes(but=("django_session", "axes_accesslog")) as written:
                answer = ask(address)
            assert (written, answer.status_code < 500) == ([], True), name
            sent = answer.status_code == 302 and answer.url.startswith("/accounts/login/?next=")
            answers.setdefault(name, set()).add(sent)
    open_ = {name for name, sent in answers.items() if sent != {True}}
    record_property("verbs: requests of nobody signed in", 3 * len(answers))
    assert open_ == DOOR


def test_the_pages_are_those_that_people_open(house, crawl):
    """So that the tests above do not read error pages."""
    shown = {name for name, _user, _address, answer in crawl.pages if answer.status_code == 200}
    assert {name for name, _user, _address in every_page(house)} - shown == NOT_SHOWN
    assert len(crawl.forms) > 80


# They lead on to another page, ask for the password first, or are for whoever is not signed in.
NOT_SHOWN = {
    "account_login", "account_set_password", "account_signup", "allocation:scenario_progress", "incentives:my_points",
    "mfa_activate_totp", "mfa_authenticate", "mfa_deactivate_totp", "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_view_recovery_codes", "openid_connect_login",
    "openid_connect_callback", "set_language", "talent:my_profile",
}  # fmt: skip
