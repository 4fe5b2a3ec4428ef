"""Where an attacker goes: every route with an address of this bank, and every form as its page draws it."""

import copy
import re
from contextlib import contextmanager
from dataclasses import dataclass, field

import lxml.html
from django import forms as django_forms
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.forms.formsets import BaseFormSet
from django.test import Client
from django.urls import reverse

from apps.core.jobs import drain
from apps.core.models import Attachment
from tests.everything.forms import FORM, PageForm, encoded, forms_of
from tests.everything.world import pages, told
from tests.factories import (
    PostFactory,
    make_item,
    make_opportunity,
    make_profile,
    make_project,
    ready_for_review,
)
from tests.test_fence import PATTERNS

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?(\w+)\"?", re.IGNORECASE)
SIGN_IN = [name for name in PATTERNS if ":" not in name]


@dataclass
class Crawl:
    """What the pages of the bank answer to those who use them, and the forms that stand on them."""

    pages: list = field(default_factory=list)  # (route, user, address, answer)
    forms: list[tuple[object, PageForm]] = field(default_factory=list)  # (user, form)
    fields: dict = field(default_factory=dict)  # key of a form → {name: field of Django} of those on its page
    offered: dict = field(default_factory=dict)  # key of a form → {name: values that its page offers}
    clients: dict = field(default_factory=dict)

    def client(self, user) -> Client:
        """A browser in which this person is signed in."""
        if user.pk not in self.clients:
            self.clients[user.pk] = Client(raise_request_exception=False)
            self.clients[user.pk].force_login(user, backend="apps.org.adapters.AccountBackend")
        return self.clients[user.pk]

    def opened(self, user, address):
        answer = self.client(user).get(address)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


def crawled(house) -> Crawl:
    crawl, found = Crawl(), {}
    for name, user, address in every_page(house):
        answer = crawl.opened(user, address)
        crawl.pages.append((name, user, address, answer))
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        fields = fields_in(getattr(answer, "context_data", None) or {})
        offered = values_in(answer.body.decode())
        for form in forms_of(answer.body.decode(), address, told(house)):
            crawl.offered.setdefault(form.key, offered)
            found.setdefault(form.key, (user, form))
            crawl.fields.setdefault(form.key, {name: fields[name] for name in form.kinds if name in fields})
    crawl.forms = list(found.values())
    return crawl


def values_in(html) -> dict[str, set]:
    """name → what the inputs and choices of that name on a page stand for."""
    found = {}
    for control in lxml.html.document_fromstring(html).iter("input", "option"):
        named = control if control.tag == "input" else next(control.iterancestors("select"), control)
        found.setdefault(named.get("name"), set()).add(control.get("value"))
    return found


def fields_in(value, depth=3) -> dict:
    """name → field of every form in a page's context, those inside formsets and sheets too."""
    if isinstance(value, django_forms.BaseForm):
        return {value.add_prefix(name): field for name, field in value.fields.items()}
    if not depth:
        return {}
    if isinstance(value, BaseFormSet):
        inner = value.forms
    elif isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    else:
        inner = vars(value).values() if type(value).__module__.startswith("apps.") else ()
    return {name: field for part in inner for name, field in fields_in(part, depth - 1).items()}


def every_page(house) -> list[tuple[str, object, str]]:
    """(route, who opens it, address) of every page there is, those of signing in too."""
    h = house
    kept = Attachment.objects.filter(
        subject_type=ContentType.objects.get_for_model(h.issued), subject_id=h.issued.pk
    ).first()
    account = {"pk": h.officer.person_id, "account": h.officer.pk}
    more = [
        ("allocation:scenario_progress", h.money.manager, {"pk": h.scenario.pk}),
        ("incentives:my_points", h.officer, {}),
        ("org:account_recover", h.system, account),
        ("org:alive", h.lead, {}),
        ("org:engagement_ask", h.audit, {}),
        ("org:engagement_detail", h.inspector, {"pk": h.engagement.pk}),
        ("org:engagement_emergency", h.lead, {}),
        ("org:engagement_list", h.audit, {}),
        ("review:minutes_file", h.secretary, {"pk": h.issued.pk, "file": kept.pk}),
        ("talent:my_profile", h.officer, {}),
        *((name, h.lead, {"provider_id": "bank"} if "openid" in name else {}) for name in SIGN_IN),
    ]
    return pages(house) + [(name, who, reverse(name, kwargs=kwargs)) for name, who, kwargs in more]


def with_others(house):
    """The bank, with an auditor who reads a branch under a letter, and things of another branch."""
    post = PostFactory(role="auditor", unit=house.east)
    house.inspector, house.engagement = post.user, post.engagement
    lead = house.west_lead = PostFactory(role="group_lead", unit=house.west).user
    house.west_lead.person.unit = house.west
    house.west_lead.person.save(update_fields=["unit"])
    make_item(lead, house.west, title="云岭的一条动态")
    make_opportunity(lead, house.west, title="云岭的一条线索")
    ready_for_review(make_project(lead, house.west, title="云岭的一个项目"), by=lead)
    make_profile(PostFactory(role="group_member", unit=house.west).user)
    drain()
    return house


def posted_from_no_page(house) -> dict[str, tuple]:
    """Route → (who, address), of what is posted in states that the bank is not in."""
    h = house
    found = {
        "allocation:scenario_request": (h.money.manager, {"pk": h.solved.pk}),
        "allocation:tranche_request": (h.money.manager, {"pk": h.tranche.pk}),
        "insight:followup_move": (h.lead, {"pk": h.follow_up.pk, "move": "close"}),
        "insight:issue_pull": (h.secretary, {"pk": h.issue.pk}),
        "operations:rollout_move": (h.adopter, {"pk": h.offer.pk, "move": "decline"}),
        "org:account_unlock": (h.system, {"pk": h.officer.person_id, "account": h.officer.pk}),
        "org:delegation_act": (h.colleague, {"pk": h.delegation.pk}),
        "org:delegation_rest": (h.colleague, {}),
        "org:parameter_drop": (h.system, {"pk": h.parameter.pk}),
        "org:reorganisation_check": (h.system, {"pk": h.reorganisation.pk}),
        "org:reorganisation_move": (h.system, {"pk": h.reorganisation.pk, "move": "ask"}),
        "projects:project_advance": (h.lead, {"pk": h.signed.pk, "gate": "to_review"}),
        "projects:project_sign": (h.head, {"pk": h.project.pk}),
        "projects:requirement_waive": (h.colleague, {"pk": h.signed.pk, "kind": "opinions"}),
        "review:ballot_close": (h.secretary, {"pk": h.ballot.pk}),
        "review:ballot_open": (h.secretary, {"pk": h.sitting.pk, "topic": h.ballot.topic_id}),
        "review:minutes_issue": (h.secretary, {"pk": h.minutes.pk}),
        "review:round_move": (h.secretary, {"pk": h.round.pk, "move": "close"}),
    }
    return {name: (who, reverse(name, kwargs=kwargs)) for name, (who, kwargs) in found.items()}


def addresses(house, crawl) -> dict[str, tuple]:
    """Route → (who, address) of every route of the house."""
    found = posted_from_no_page(house)
    for user, form in crawl.forms:
        found[form.route] = (user, form.address)
    for name, user, address, _answer in crawl.pages:
        found[name] = (user, address)
    return found


@contextmanager
def writes(*, but=("django_session",)):
    """Gather (table, statement, parameters) of whatever the block writes to the database, but for these tables."""
    found = []

    def watch(execute, sql, params, many, context):
        if (written := WRITES.match(sql)) and written[1] not in but:
            found.append((written[1], sql, repr(params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def seen_alike(one, other, *numbers):
    """Whether two answers differ in nothing but these numbers and what is drawn by lot."""
    return plain(one, numbers) == plain(other, numbers)


def plain(answer, numbers):
    body = answer.content.decode() if not answer.streaming else ""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"|nonce="[^"]+"', "", body)
    for number in numbers:
        body = re.sub(rf"\b{number}\b", "N", body)
    return answer.status_code, re.sub(r"\d+", "N", answer.get("Location", "")), body


def posted(client, address, values):
    """(answer, what it wrote) of a post of which nothing is kept, neither in the database nor in the browser."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic(), writes() as written:
        answer = client.post(address, encoded(values), content_type=FORM)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer, written
