"""How far a job is, asked by the page of the thing it works for."""

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from apps.core.models import Job
from apps.core.progress import progress
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def asked(htmx=True, **job):
    if job:
        Job.objects.create(**{"key": "solve:1", "task": "solve"} | job)
    request = RequestFactory().get("/x/progress/", headers={"HX-Request": "true"} if htmx else {})
    request.htmx = HtmxDetails(request)
    request.user = UserFactory()
    answer = progress(request, "solve:1", label="正在求解", done_url="/x/")
    return answer.render() if hasattr(answer, "render") else answer


def test_a_job_under_way_asks_again_and_says_how_far_it_is():
    page = asked(state="running", progress=40, progress_note="第 4 轮").content.decode()
    assert 'hx-get="/x/progress/"' in page
    assert 'value="40"' in page
    assert "第 4 轮" in page
    assert "<html" not in page


def test_a_job_that_is_done_sends_the_browser_to_the_result():
    assert asked(state="done")["HX-Redirect"] == "/x/"
    assert asked(htmx=False)["Location"] == "/x/"


def test_a_job_nobody_wrote_leads_back_too():
    assert asked()["HX-Redirect"] == "/x/"


def test_a_dead_job_leads_to_the_page_that_says_so():
    assert asked(state="dead", attempts=5, error="Traceback")["HX-Redirect"] == "/x/"


def test_a_job_that_failed_once_says_that_it_is_tried_again():
    assert "正在重试" in asked(state="waiting", attempts=2).content.decode()
