import pytest

from tests.factories import PostFactory, complete, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return PostFactory(role="group_lead").user


@pytest.mark.parametrize("count", [1, 30])
def test_the_project_list_takes_the_same_queries_for_any_number(
    client, officer, django_assert_num_queries, count
):
    projects = [make_project(officer, title=f"项目{n}") for n in range(count)]
    client.force_login(officer)
    client.get("/projects/")

    with django_assert_num_queries(8):
        response = client.get("/projects/")

    assert [row.pk for row in response.context_data["page"]] == [p.pk for p in reversed(projects)]


def test_a_stranger_finds_nothing_in_list_page_or_export(client, officer):
    project = make_project(officer, title="金丝雀")
    client.force_login(PostFactory(role="group_lead").user)

    for path in ("/projects/", "/projects/?q=金丝雀", "/projects/?format=csv", "/search/?q=金丝雀", "/"):
        response = client.get(path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert (response.status_code, project.code.encode() in body) == (200, False), path
    for path in (f"/projects/{project.pk}/", "/projects/999999/"):
        assert client.get(path).status_code == 404
    for path in (
        f"/projects/{project.pk}/submit/",
        f"/projects/{project.pk}/sign/",
        f"/projects/{project.pk}/gate/to_review/",
    ):
        assert client.post(path).status_code in (403, 404)


def test_the_page_offers_what_its_reader_may_do_and_does_it(client, officer):
    project = complete(make_project(officer), by=officer)
    head = PostFactory(role="unit_head", unit=project.unit)
    client.force_login(officer)
    assert "提交立项申报".encode() in client.get(f"/projects/{project.pk}/").content
    client.post(f"/projects/{project.pk}/submit/")
    client.force_login(head.user)
    assert project.title.encode() in client.get("/").content

    client.post(f"/projects/{project.pk}/sign/")

    assert project.requirements.get(kind__code="signature").met_at


def test_a_list_is_filtered_sorted_searched_and_exported(client, officer):
    make_project(officer, title="烟草订烟贷")
    make_project(officer, title="票据秒贴")
    client.force_login(officer)

    assert len(client.get("/projects/?q=订烟贷").context_data["page"].rows) == 1
    assert [row.title for row in client.get("/projects/?sort=title").context_data["page"]] == [
        "烟草订烟贷",
        "票据秒贴",
    ]
    csv = b"".join(client.get("/projects/?format=csv").streaming_content).decode("utf-8-sig")
    assert csv.count("\n") == 3
    assert "票据秒贴" in csv


def test_who_is_not_signed_in_is_asked_to(client):
    for path in ("/", "/projects/", "/search/"):
        assert client.get(path).url.startswith("/accounts/login/")
