"""What is taken away is gone on the next request: pages, exports, files, counts, notices and the frame around them."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.insight.models import Item, Opportunity
from apps.operations.models import Product
from apps.org.actions.delegation import revoke_delegation
from apps.org.actions.engagement import end_engagement
from apps.org.actions.person import close_account
from apps.org.actions.post import end_post
from apps.org.models import Delegation, Engagement, Post, User
from apps.org.reach import deny
from apps.projects.models import Project

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]


def browser(user):
    client = Client()
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    return client


def titles() -> list[str]:
    """What things are called: none of it may be read by whoever has no part in them."""
    found = [
        *Project._base_manager.values_list("title", flat=True),
        *Item._base_manager.values_list("title", flat=True),
        *Opportunity._base_manager.values_list("title", flat=True),
        *Product._base_manager.values_list("name", flat=True),
    ]
    return [title for title in found if title]


def read(client, address):
    """(status, text) of a page, an export or a file."""
    answer = client.get(address)
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, data.decode("utf-8", "replace")


def places_of(crawl, user) -> list[str]:
    """Every page this person opened, and of the lists their count and exports."""
    mine = [
        address for _name, who, address, answer in crawl.pages if who == user and answer.status_code == 200
    ]
    lists = [address for address in mine if reads_like_a_list(crawl, address)]
    return mine + [f"{address}?format={form}" for address in lists for form in ("csv", "count")]


def reads_like_a_list(crawl, address):
    (answer,) = [a for _n, _w, at, a in crawl.pages if at == address][:1]
    return (
        hasattr((getattr(answer, "context_data", None) or {}).get("page"), "exports") and "?" not in address
    )


def with_titles(client, addresses):
    """The addresses that answer, and show a title of anything."""
    words = titles()
    found = set()
    for address in addresses:
        status, text = read(client, address)
        if status == 200 and any(word in text for word in words):
            found.add(address)
    return found


@pytest.fixture
def gone(record_property):
    """What told of things before tells of none on the next request."""

    def compare(before, after):
        record_property("revocation: pages, exports and files that told of things", len(before))
        record_property("revocation: … and do so on the next request", len(after))
        assert len(before) > 5
        assert after == set()

    return compare


def test_a_post_that_ends(house, crawl, gone):
    client, addresses = browser(house.lead), places_of(crawl, house.lead)
    before = with_titles(client, addresses)
    end_post(Post.objects.get(person=house.lead.person), by=house.system)
    gone(before, with_titles(client, addresses))
    lists = (
        "projects:project_list",
        "insight:item_list",
        "operations:product_list",
        "review:consultation_list",
    )
    assert {
        client.get(reverse(name), {"format": form}).status_code for name in lists for form in ("", "csv")
    } == {403}
    frame = read(client, "/")[1]
    assert reverse("projects:project_list") not in frame
    assert read(client, reverse("core:notice_count"))[0] == 200


def test_an_account_that_is_closed(house, crawl, gone):
    client, addresses = browser(house.lead), places_of(crawl, house.lead)
    before = with_titles(client, addresses)
    close_account(User.objects.get(pk=house.lead.pk), by=house.system)
    gone(before, with_titles(client, addresses))
    assert {client.get(a).status_code for a in addresses if not a.startswith("/accounts/")} == {302}
    assert client.get(reverse("org:alive"), headers={"Silun-Background": "true"}).status_code in (302, 401)


def test_a_delegation_that_is_taken_back(house, crawl, gone):
    """Who acts for another sees what that one sees, and with the next request only their own."""
    taker = house.colleague
    Post.objects.filter(person=taker.person).update(role="staff", unit=house.finance)
    client, addresses = browser(taker), places_of(crawl, house.lead)
    own = with_titles(client, addresses)
    client.post(reverse("org:delegation_act", kwargs={"pk": house.delegation.pk}))
    before = with_titles(client, addresses)
    revoke_delegation(Delegation._base_manager.get(pk=house.delegation.pk), by=house.lead)
    gone(before - own, with_titles(client, addresses) - own)
    assert house.lead.person.name not in read(client, "/")[1]


def test_an_engagement_that_is_ended(house, crawl, gone):
    client, addresses = browser(house.inspector), places_of(crawl, house.lead)
    before = with_titles(client, addresses)
    end_engagement(Engagement._base_manager.get(pk=house.engagement.pk), by=house.audit)
    gone(before, with_titles(client, addresses))


def test_a_person_who_is_recused(house, crawl, record_property):
    """Only the one project is gone, everywhere: its pages, its file, lists, exports, search, lineage and desk."""
    client, addresses, project = (
        browser(house.lead),
        places_of(crawl, house.lead),
        Project._base_manager.get(pk=house.project.pk),
    )
    addresses += [reverse("core:attachment_file", kwargs={"pk": house.file.pk})]
    addresses += [
        f"{reverse('desk:search_results')}?q={project.title}",
        reverse("projects:project_list") + "?format=csv",
    ]
    project.title = "回避的项目甲乙丙丁"
    Project._base_manager.filter(pk=project.pk).update(title=project.title)
    tells = {a for a in addresses if project.title in read(client, a)[1]}
    opens = {a for a in addresses if f"/projects/{project.pk}/" in a and read(client, a)[0] == 200}
    opens |= {reverse("core:attachment_file", kwargs={"pk": house.file.pk})}
    count = read(client, reverse("projects:project_list") + "?format=count")[1]
    deny(project, "project.view", because_of="自报", person=house.lead.person)
    still = {a for a in addresses if project.title in read(client, a)[1]}
    open_ = {a for a in opens if read(client, a)[0] == 200}
    record_property("revocation: pages, exports and files that told of things", len(tells))
    record_property("revocation: … and do so on the next request", len(still) + len(open_))
    assert len(tells) > 5
    assert len(opens) > 5
    assert (still, open_) == (set(), set())
    assert read(client, reverse("projects:project_list") + "?format=count")[1] != count
