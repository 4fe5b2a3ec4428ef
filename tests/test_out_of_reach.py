"""Every route about a thing, asked and posted by people of a branch that has no part in it."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from apps.core.access import SIGNED_IN
from tests.attacks.places import seen_alike, writes
from tests.factories import PostFactory, UnitFactory
from tests.fence import ACCESS, OPEN, somebody_elses
from tests.test_matrix import DOCUMENT, RELATIONS, ROLES

pytestmark = [pytest.mark.attacks, pytest.mark.django_db]

ABSENT = 987_654_321
# Of these everybody may know that they are there: who may do nothing with one is told so (403).
NO_SECRET = re.compile(
    "core:job_|org:(account|authority|body|businessline|liaison|parameter|person|post|unit)_|projects:process_detail"
)


def reaching_no_further_than_home(capability) -> str | None:
    """A role that may do this at home, and nothing of the kind elsewhere."""
    elsewhere = RELATIONS.index("elsewhere")
    cells = DOCUMENT["capabilities"][capability]["cells"]
    return next(
        (
            role
            for role in reversed(ROLES)
            if "Y" in cells[role] and cells[role][elsewhere] != "Y" and role != "auditor"
        ),
        None,
    )


def signed_in(role, branch):
    client = Client()
    client.force_login(PostFactory(role=role, unit=branch).user, backend="apps.org.adapters.AccountBackend")
    return client


def test_the_page_of_what_is_out_of_reach_is_that_of_what_does_not_exist(record_property):
    """Asked and posted by somebody of a branch that has no part in it, whose role may do it at home."""
    things = somebody_elses()
    branch = UnitFactory(name="东陵分行")
    wrong, tried, strangers = [], 0, {}
    for name, kwargs in things.items():
        if name in OPEN or NO_SECRET.match(name):
            continue
        role = "group_lead" if ACCESS[name] == SIGNED_IN else reaching_no_further_than_home(ACCESS[name])
        if role:
            client = strangers.get(role) or strangers.setdefault(role, signed_in(role, branch))
            for method in (Client.get, Client.post):
                tried += 1
                with transaction.atomic(), writes(but=("django_session", "core_follow")) as written:
                    answer = method(client, reverse(name, kwargs=kwargs))
                    absent = method(client, reverse(name, kwargs=kwargs | {"pk": ABSENT}))
                    transaction.set_rollback(True)
                if written or not seen_alike(answer, absent, kwargs["pk"], ABSENT):
                    wrong.append((name, role, answer.status_code, absent.status_code, written))
    record_property("access: requests for what is out of reach", tried)
    record_property("access: … told apart from what does not exist", len(wrong))
    assert not wrong, wrong[:20]
