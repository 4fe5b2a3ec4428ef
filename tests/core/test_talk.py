"""What is said about a thing and the files that lie with it."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from apps.core.attachments import attach
from apps.core.grades import Grade
from apps.core.jobs import drain
from apps.core.models import Attachment, Comment, Entry
from apps.core.notices import follows_thing
from apps.core.talk import add_comment, withdraw_comment
from apps.core.verdict import Refused
from tests.factories import PostFactory, bank, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = bank()
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.member = PostFactory(role="group_member", unit=world.east).user
    world.stranger = PostFactory(role="group_lead", unit=world.west).user
    world.project = make_project(world.lead)
    world.thing = {"kind": "projects.project", "pk": world.project.pk}
    return world


def png(name="现场.png"):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def pdf(name="方案.pdf", data=b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"):
    return SimpleUploadedFile(name, data, "application/pdf")


def test_what_is_said_stands_on_the_page_and_the_proposer_hears_of_it(world, client):
    client.force_login(world.member)
    text = "建议先做 <b>{{ 试点 }}</b>\n\n再推广"
    answer = client.post(reverse("core:comment_add", kwargs=world.thing), {"text": text})
    assert answer.url == f"{world.project.get_absolute_url()}#talk"
    page = client.get(world.project.get_absolute_url()).content.decode()
    assert "<p>建议先做 &lt;b&gt;{{ 试点 }}&lt;/b&gt;</p><p>再推广</p>" in page
    drain()
    assert [n.verb for n in world.lead.notices.all()] == ["comment.add"]
    assert follows_thing(world.member, world.project)
    entry = Entry.objects.get(verb="comment.add")
    assert (entry.subject, entry.data) == (world.project, {"comment": Comment.objects.get().pk})


def test_a_comment_that_cannot_be_kept_loses_nothing_typed(world, client):
    client.force_login(world.member)
    long = "很" * 5001
    answer = client.post(reverse("core:comment_add", kwargs=world.thing), {"text": long})
    assert answer.status_code == 200
    assert answer.context_data["form"]["text"].value() == long
    assert list(answer.context_data["form"].errors) == ["text"]
    assert (
        client.post(reverse("core:comment_add", kwargs=world.thing), {"text": " \u200b "}).status_code == 200
    )
    assert Comment.objects.count() == 0


def test_who_wrote_a_comment_takes_it_back_and_nobody_else(world, client):
    comment = add_comment(world.project, "先别报", by=world.member)
    client.force_login(world.lead)
    client.post(reverse("core:comment_withdraw", args=[comment.pk]))
    comment.refresh_from_db()
    assert comment.withdrawn is False
    client.force_login(world.member)
    client.post(reverse("core:comment_withdraw", args=[comment.pk]))
    page = client.get(world.project.get_absolute_url()).content.decode()
    assert "先别报" not in page
    assert "此评论已撤回" in page
    with pytest.raises(Refused):
        withdraw_comment(comment, by=world.member)


def test_a_file_is_kept_under_its_name_and_grade_and_handed_to_those_who_see_the_thing(world, client):
    client.force_login(world.member)
    form = client.get(reverse("core:attachment_add", kwargs=world.thing)).content.decode()
    assert "严禁上传" in form
    answer = client.post(
        reverse("core:attachment_add", kwargs=world.thing), {"file": pdf(), "grade": Grade.SECRET}
    )
    assert answer.url == f"{world.project.get_absolute_url()}#files"
    file = Attachment.objects.get()
    assert (file.name, file.grade, file.subject, file.by) == (
        "方案.pdf",
        Grade.SECRET,
        world.project,
        world.member,
    )
    address = reverse("core:attachment_file", args=[file.pk])
    client.force_login(world.lead)
    assert address in client.get(world.project.get_absolute_url()).content.decode()
    response = client.get(address)
    assert b"".join(response.streaming_content).startswith(b"%PDF-1.4")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    client.force_login(world.stranger)
    assert client.get(address).status_code == 404


def test_the_journal_keeps_who_opened_a_trade_secret_and_nobody_is_told(world, client):
    file = attach(
        world.project, b"%PDF-", by=world.lead, name="a.pdf", media_type="application/pdf", grade=Grade.SECRET
    )
    open_ = attach(world.project, b"%PDF-", by=world.lead, name="b.pdf", media_type="application/pdf")
    client.force_login(world.member)
    for row in (file, open_):
        client.get(reverse("core:attachment_file", args=[row.pk]))
    drain()
    entry = Entry.objects.get(verb="attachment.take")
    assert (entry.by, entry.data["attachment"]) == (world.member, file.pk)
    assert world.lead.notices.count() == 0


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("x.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "application/pdf"),
        SimpleUploadedFile("x.png", b"%PDF-1.4\n%%EOF", "image/png"),
        SimpleUploadedFile("empty.pdf", b"", "application/pdf"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(world, client, file):
    client.force_login(world.member)
    answer = client.post(reverse("core:attachment_add", kwargs=world.thing), {"file": file, "grade": 10})
    assert list(answer.context_data["form"].errors) == ["file"]
    assert Attachment.objects.count() == 0


def test_a_file_of_a_kind_that_its_thing_does_not_open_is_served_to_nobody(world, client):
    sheet = attach(
        world.project, b"x", by=world.lead, name="评分.pdf", media_type="application/pdf", kind="scan"
    )
    client.force_login(world.lead)
    assert client.get(reverse("core:attachment_file", args=[sheet.pk])).status_code == 404


def test_a_picture_is_shown_and_anything_else_is_saved(world, client):
    client.force_login(world.member)
    client.post(reverse("core:attachment_add", kwargs=world.thing), {"file": png(), "grade": 10})
    response = client.get(reverse("core:attachment_file", args=[Attachment.objects.get().pk]))
    assert (response["Content-Type"], response["Content-Disposition"][:6]) == ("image/png", "inline")


def test_the_page_takes_the_same_number_of_queries_with_thirty_comments(world, client):
    client.force_login(world.member)

    def queries(count):
        for n in range(count):
            by = PostFactory(role="group_member", unit=world.east).user
            Comment.objects.create(subject=world.project, by=by, text=f"意见 {n}")
            attach(world.project, b"x", by=by, name="a.txt", media_type="text/plain")
        client.get(world.project.get_absolute_url())
        with CaptureQueriesContext(connection) as seen:
            client.get(world.project.get_absolute_url())
        return len(seen)

    assert queries(1) == queries(29)


def test_who_added_a_file_removes_it_for_good_and_nobody_else(
    world, client, django_capture_on_commit_callbacks
):
    client.force_login(world.member)
    client.post(reverse("core:attachment_add", kwargs=world.thing), {"file": pdf(), "grade": 10})
    file = Attachment.objects.get()
    address, path = reverse("core:attachment_remove", args=[file.pk]), Path(file.file.path)
    client.force_login(world.lead)
    client.post(address)
    assert path.exists()
    client.force_login(world.member)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address)
    assert not path.exists()
    assert Attachment.objects.count() == 0
    entry = Entry.objects.get(verb="attachment.remove")
    assert (entry.subject, entry.data) == (world.project, {"attachment": file.pk, "sha256": file.sha256})


def test_what_an_app_keeps_with_a_thing_is_not_removed_by_who_brought_it(world, client):
    client.force_login(world.lead)
    sheet = attach(
        world.project, b"x", by=world.lead, name="a.pdf", media_type="application/pdf", kind="scan"
    )
    client.post(reverse("core:attachment_remove", args=[sheet.pk]))
    assert Attachment.objects.get() == sheet
