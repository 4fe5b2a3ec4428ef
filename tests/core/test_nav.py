"""The side navigation is written once for all who may use the same lines, and never shown to others."""

import pytest

from tests.factories import PostFactory

pytestmark = pytest.mark.django_db


def lines(client, user, path="/projects/", **headers):
    client.force_login(user)
    page = client.get(path, headers=headers).content.decode()
    return page[page.index("<nav ") : page.index("</nav>")]


def test_each_reads_the_lines_of_their_own_posts_in_their_language(client):
    secretary, liaison = (PostFactory(role=role).user for role in ("innovation_secretary", "liaison"))
    more, fewer = lines(client, secretary), lines(client, liaison)
    assert more.count("<a ") > fewer.count("<a ")
    assert lines(client, secretary) == more
    assert "项目" in fewer
    assert "项目" not in lines(client, liaison, **{"accept-language": "en"})


def test_the_line_of_the_page_is_marked(client):
    user = PostFactory(role="innovation_secretary").user
    for path in ("/projects/", "/insight/items/"):
        assert f'<a href="{path}" class="here" aria-current="page">' in lines(client, user, path)
