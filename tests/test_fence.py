"""Every route is listed with who may use it; a new one without a line here fails. Each is tried by a stranger, and by
somebody who is not signed in."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import PostFactory
from tests.fence import ACCESS, OPEN, somebody_elses


def named_views(resolver, namespace=""):
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from named_views(item, f"{namespace}{item.namespace}:" if item.namespace else namespace)
        elif isinstance(item, URLPattern) and item.name:
            yield namespace + item.name, item


PATTERNS = dict(named_views(get_resolver()))
ROUTES = {name: pattern.callback for name, pattern in PATTERNS.items()}


def test_every_route_of_ours_is_listed_with_the_access_its_view_declares(record_property):
    ours = {name: getattr(view, "access", None) for name, view in ROUTES.items() if ":" in name}
    assert ours == ACCESS
    record_property("access: routes that declare who may use them", len(ours))


@pytest.mark.django_db
def test_every_route_about_a_thing_is_tried_on_somebody_elses():
    """Those of insight are walked in tests/insight/test_pages.py."""
    about = {
        name
        for name, pattern in PATTERNS.items()
        if name in ACCESS and pattern.pattern.converters and not name.startswith("insight:")
    }
    assert about - set(somebody_elses()) == OPEN


@pytest.mark.django_db
def test_a_stranger_gets_404_for_what_is_out_of_reach_and_the_same_for_what_does_not_exist(
    client, record_property
):
    client.force_login(PostFactory(role="group_lead").user)
    tried = somebody_elses()
    for name, kwargs in tried.items():
        found = {
            client.get(reverse(name, kwargs=kwargs)).status_code,
            client.post(reverse(name, kwargs=kwargs)).status_code,
        }
        absent = {client.get(reverse(name, kwargs=kwargs | {"pk": 999_999})).status_code}
        assert found <= {403, 404, 405}, name
        assert found & {403, 404}, name
        assert absent <= {403, 404, 405}, name
    record_property("access: routes tried by a stranger on somebody else's thing", len(tried))


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    kwargs = somebody_elses()
    for name in ROUTES:
        if name not in ACCESS or (
            name not in kwargs and not name.endswith(("_list", "_import", "home", "_results"))
        ):
            continue
        response = client.post(reverse(name, kwargs=kwargs.get(name)))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/"), name
