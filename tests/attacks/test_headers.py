"""Every answer of the house, with the settings of production: A+ by the rules of Observatory, and nothing inline."""

import json
import os
import subprocess
import sys
from collections import Counter

import lxml.html
import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from tests.attacks.observatory import score
from tests.attacks.places import every_page
from tests.test_settings import SAFE

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

HOST = "silun.example.com"
# What decides on headers and cookies, read from the settings as production starts with them. The content policy is the same
# everywhere.
NAMES = [
    "ALLOWED_HOSTS", "CSRF_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SAMESITE",
    "LANGUAGE_COOKIE_SECURE", "MIDDLEWARE", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER",
    "SECURE_REFERRER_POLICY", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE", "WHITENOISE_ALLOW_ALL_ORIGINS", "X_FRAME_OPTIONS",
]  # fmt: skip
READ = f"""
import json, django
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r} if hasattr(settings, name)}}, default=list))
"""
STATIC = [
    f"/static/{name}" for name in ("silun/silun.css", "silun/silun.js", "silun/mark.svg", "vendor/htmx.js")
]
INLINE = (
    "//script[not(@src)]", "//style[not(@nonce)]", "//@style", "//@*[starts-with(name(), 'on')]",
    "//@*[starts-with(normalize-space(translate(., 'JAVSCRIPT', 'javscript')), 'javascript:')]",
)  # fmt: skip


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    return as_in_production(tmp_path_factory.mktemp("var"))


def as_in_production(folder):
    place = SAFE | {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    said = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=settings.BASE_DIR,
        env=os.environ | place,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return json.loads(said) | {"DEBUG": False}


@pytest.fixture(scope="module")
def answers(house, crawl, production):
    with override_settings(**production), pytest.MonkeyPatch.context() as patch:
        return list(asked(house, patch))


def asked(house, patch):
    """(what, answer, whether it is somebody's own) of every page, file, list, error and static file, over https."""
    clients = {}
    for name, user, address in every_page(house):
        if user.pk not in clients:
            clients[user.pk] = Client(raise_request_exception=False)
            clients[user.pk].force_login(user, backend="apps.org.adapters.AccountBackend")
        yield got(clients[user.pk], name, address, own=True)
        if name.endswith("_list") and "?" not in address:
            for form in ("csv", "xlsx", "count"):
                yield got(clients[user.pk], f"{name} {form}", f"{address}?format={form}", own=True)
    lead, nobody = clients[house.lead.pk], Client(raise_request_exception=False)
    yield got(nobody, "sign-in", reverse("account_login"))
    yield got(nobody, "to the sign-in", "/")
    yield got(nobody, "404 for nobody", "/nothing/here/")
    yield got(lead, "404", "/projects/987654321/", own=True)
    yield got(lead, "403", reverse("org:parameter_set"), own=True)
    yield "403 of a token", posted_without_token(house), True
    yield got(lead, "405", reverse("core:notice_read_all"), own=True)
    yield "an unknown method", read(lead.put("/", secure=True, headers={"Host": HOST})), False
    yield (
        "a language",
        read(nobody.post("/language/", {"language": "en"}, secure=True, headers={"Host": HOST})),
        False,
    )
    for address in STATIC:
        yield got(nobody, "static", address)
    patch.setattr("apps.desk.views.show", lambda *args, **kwargs: 1 / 0)
    yield got(lead, "500", "/", own=True)


def got(client, what, address, own=False):
    return what, read(client.get(address, secure=True, headers={"Host": HOST})), own


def posted_without_token(house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.lead, backend="apps.org.adapters.AccountBackend")
    return read(client.post("/projects/propose/", secure=True, headers={"Host": HOST}))


def read(answer):
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def scored(answer, body=b"", without=()):
    headers = {name: value for name, value in answer.headers.items() if name not in without}
    return score(headers, answer.cookies, body)


def test_every_answer_is_a_plus(answers, record_property):
    found = [(what, answer.status_code, scored(answer, answer.body)) for what, answer, _own in answers]
    scores = [(score.total, what) for what, _status, score in found]
    wrong = [
        (what, status, rule, modifier)
        for what, status, score in found
        for rule, modifier in score.modifiers.items()
        if modifier < 0
    ]
    kinds = Counter(answer.status_code for _what, answer, _own in answers)
    record_property("headers: answers scored", len(scores))
    record_property("least score of an answer by Observatory's rules (A+ from 100)", min(scores)[0])
    assert not wrong, wrong[:20]
    assert min(scores)[0] >= 125, sorted(scores)[:10]
    assert {200, 302, 403, 404, 405, 500} <= set(kinds)


@pytest.mark.parametrize(
    ("name", "costs"),
    [
        ("Content-Security-Policy", 40),
        ("Strict-Transport-Security", 20),
        ("X-Content-Type-Options", 5),
        ("Referrer-Policy", 5),
        ("Cross-Origin-Resource-Policy", 10),
    ],
)
def test_each_header_that_is_taken_away_is_missed(answers, name, costs):
    """The policy alone keeps frames out, so that X-Frame-Options is missed only together with it."""
    for what, answer, _own in answers:
        without = (name, "X-Frame-Options") if name == "Content-Security-Policy" else (name,)
        assert scored(answer).total - scored(answer, without=without).total >= min(costs, 30), what


def test_nothing_stands_inline_in_any_page(answers, record_property):
    found, pages = [], 0
    for what, answer, _own in answers:
        if "html" in answer.get("Content-Type", "") and answer.body.strip():
            pages += 1
            page = lxml.html.document_fromstring(answer.body.decode())
            found += [(what, path, str(hit)[:80]) for path in INLINE for hit in page.xpath(path)]
    record_property("headers: pages read for inline code", pages)
    record_property("headers: inline scripts, handlers and styles", len(found))
    assert not found, found[:20]
    assert pages > 150


def test_what_is_somebodys_own_stays_in_no_cache(answers, record_property):
    kept = [
        (what, answer.status_code, answer.get("Cache-Control"))
        for what, answer, own in answers
        if own and "no-store" not in answer.get("Cache-Control", "")
    ]
    record_property("headers: answers to somebody signed in", sum(own for *_rest, own in answers))
    record_property("headers: … that a cache may keep", len(kept))
    assert not kept, kept[:20]


def test_cookies_are_of_this_site_over_https_alone(answers, record_property):
    wrong, seen = [], Counter()
    for what, answer, _own in answers:
        for name, cookie in answer.cookies.items():
            seen[name] += 1
            if cookie["max-age"] == 0:  # taken back
                continue
            if not cookie["secure"] or cookie["samesite"] not in ("Lax", "Strict"):
                wrong.append((what, name, cookie.OutputString()))
            if "session" in name and not cookie["httponly"]:
                wrong.append((what, name, cookie.OutputString()))
    record_property("headers: cookies without a flag", len(wrong))
    assert not wrong, wrong[:20]


def test_over_http_one_is_led_to_https_on_the_same_host(production):
    with override_settings(**production):
        answer = Client().get("/projects/?q=1", headers={"Host": HOST})
    assert (answer.status_code, answer.url) == (301, f"https://{HOST}/projects/?q=1")
