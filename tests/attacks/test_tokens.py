"""A form that another site sends, or one of an earlier session, is refused and changes nothing."""

import pytest
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret
from django.test import Client

from tests.attacks.places import addresses, writes
from tests.everything.forms import FORM, encoded
from tests.test_fence import PATTERNS

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

SECRET = "A" * 32
WORDS = {"zh-hans": "页面已过期", "en": "The page was too old"}
ELSEWHERE = {"Origin": "https://evil.example.com"}


def posts(house, crawl):
    """(route, who, address, body) of everything that can be posted, filled in as its page would send it."""
    found = {name: (user, address, {}) for name, (user, address) in addresses(house, crawl).items()}
    for user, form in crawl.forms:
        found[form.route] = (user, form.address, form.values)
    return [(name, *rest) for name, rest in found.items()]


def browser(user):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    client.cookies["csrftoken"] = SECRET
    return client


def token_of(secret):
    return {"csrfmiddlewaretoken": [_mask_cipher_secret(secret)]}


def test_no_view_is_exempt_and_every_route_that_posts_is_tried(house, crawl):
    exempt = set()
    for name, pattern in PATTERNS.items():
        view = pattern.callback
        while view is not None:
            if getattr(view, "csrf_exempt", False):
                exempt.add(name)
            view = getattr(view, "__wrapped__", None)
    assert exempt == set()
    assert {name for name, *_rest in posts(house, crawl)} == set(PATTERNS)


def test_without_its_own_token_no_post_is_taken(house, crawl, record_property):
    """None, an empty one, one of another session, in the body or the header; and the right one, sent by another site."""
    taken, tried = {}, 0
    foreign, own = token_of(_get_new_csrf_string()), token_of(SECRET)
    attempts = {
        "no token": ({}, {}, "zh-hans"),
        "no token, in English": ({}, {}, "en"),
        "an empty token": ({"csrfmiddlewaretoken": [""]}, {}, "zh-hans"),
        "of another session": (foreign, {}, "zh-hans"),
        "of another session in the header": ({}, {"X-CSRFToken": foreign["csrfmiddlewaretoken"][0]}, "en"),
        "sent by another site": (own, ELSEWHERE, "zh-hans"),
    }
    clients = {}
    for name, user, address, values in posts(house, crawl):
        if user.pk not in clients:
            clients[user.pk] = browser(user)
        client, logged = clients[user.pk], {"core_entry"} if user.is_logged else set()
        for attempt, (token, headers, language) in attempts.items():
            tried += 1
            client.cookies["django_language"] = language
            with writes(but={"django_session", *logged}) as written:
                answer = client.post(address, encoded(values | token), content_type=FORM, headers=headers)
            refused = answer.status_code == 403 and WORDS[language] in answer.content.decode()
            if written or not refused:
                taken[name, attempt] = (answer.status_code, written)
    record_property("csrf: posts without their own token", tried)
    record_property("csrf: posts without their own token that were taken", len(taken))
    assert taken == {}


def test_with_its_own_token_a_post_is_taken(house, crawl):
    """So that the test above refuses for the token's sake."""
    (form,) = [form for user, form in crawl.forms if form.route == "core:comment_add"][:1]
    answer = browser(house.lead).post(
        form.address, encoded(form.values | token_of(SECRET)), content_type=FORM
    )
    assert (answer.status_code, answer.url[-5:]) == (302, "#talk")
