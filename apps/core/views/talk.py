"""Following, comments and files of any thing that people talk about."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import SIGNED_IN, access
from apps.core.forms import CleanCharField, Form
from apps.core.grades import Grade
from apps.core.models import Attachment, Comment
from apps.core.notices import follow, unfollow
from apps.core.pages import refusals_as_messages, show
from apps.core.talk import (
    add_comment,
    discussed_or_404,
    keep_file,
    open_files,
    remove_file,
    take_file,
    withdraw_comment,
)
from apps.core.things import thing_or_404
from apps.core.uploads import BadUpload, check_upload


class CommentForm(Form):
    text = CleanCharField(
        label=gettext_lazy("Your comment"), max_length=5000, widget=forms.Textarea({"rows": 4})
    )


class FileForm(Form):
    """A file and its grade. Cleaned, `file` is (bytes, name, media type)."""

    file = forms.FileField(label=gettext_lazy("File"))
    grade = forms.TypedChoiceField(
        label=gettext_lazy("Grade"), choices=Grade.choices, coerce=int, initial=Grade.INTERNAL
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            checked = check_upload(file, kinds=("attachment",))
        except BadUpload as refusal:
            raise ValidationError(str(refusal)) from refusal
        return file.read(), checked.name, checked.media_type


@require_POST
@access(SIGNED_IN)
def thing_follow(request, kind, pk):
    thing = discussed_or_404(request.user, kind, pk)
    follow(thing, [request.user])
    messages.success(request, _("You will hear of it when others do something here."))
    return redirect(thing)


@require_POST
@access(SIGNED_IN)
def thing_unfollow(request, kind, pk):
    """One may cease to follow what one does not see any more; there is nothing to go back to then."""
    try:
        thing = discussed_or_404(request.user, kind, pk)
    except Http404:
        request.user.follows.filter(
            subject_type__app_label=kind.partition(".")[0],
            subject_type__model=kind.partition(".")[2],
            subject_id=pk,
        ).delete()
        raise
    unfollow(thing, request.user)
    return redirect(request.POST.get("back") == "list" and "core:follow_list" or thing)


@access(SIGNED_IN)
def comment_add(request, kind, pk):
    thing = discussed_or_404(request.user, kind, pk)
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            add_comment(thing, form.cleaned_data["text"], by=request.user)
        return redirect(f"{thing.get_absolute_url()}#talk")
    return show(
        request, "core/talk_form.html", thing=thing, form=form, heading=_("Comment"), submit=_("Comment")
    )


@require_POST
@access(SIGNED_IN)
def comment_withdraw(request, pk):
    comment = get_object_or_404(Comment.objects.select_related("subject_type"), pk=pk)
    thing = discussed_or_404(request.user, kind_of_subject(comment), comment.subject_id)
    with refusals_as_messages(request):
        withdraw_comment(comment, by=request.user)
    return redirect(f"{thing.get_absolute_url()}#talk")


def kind_of_subject(row) -> str:
    return f"{row.subject_type.app_label}.{row.subject_type.model}"


@access(SIGNED_IN)
def attachment_add(request, kind, pk):
    thing = discussed_or_404(request.user, kind, pk)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, name, media_type = form.cleaned_data["file"]
        with refusals_as_messages(request):
            keep_file(
                thing,
                data,
                by=request.user,
                name=name,
                media_type=media_type,
                grade=form.cleaned_data["grade"],
            )
        return redirect(f"{thing.get_absolute_url()}#files")
    return show(
        request, "core/talk_form.html", thing=thing, form=form, heading=_("Add a file"), submit=_("Upload")
    )


@require_POST
@access(SIGNED_IN)
def attachment_remove(request, pk):
    file = get_object_or_404(Attachment.objects.select_related("subject_type"), pk=pk)
    thing = discussed_or_404(request.user, kind_of_subject(file), file.subject_id)
    with refusals_as_messages(request):
        remove_file(file, by=request.user)
    return redirect(f"{thing.get_absolute_url()}#files")


@require_GET
@access(SIGNED_IN)
def attachment_file(request, pk):
    """A kept file, to those who see what it belongs to. Never opened as a page of ours: saved, or shown as a picture."""
    file = get_object_or_404(Attachment.objects.select_related("subject_type"), pk=pk)
    kind = kind_of_subject(file)
    if file.kind not in open_files(kind):
        raise Http404
    thing_or_404(request.user, kind, file.subject_id)
    take_file(file, by=request.user)
    picture = file.media_type.startswith("image/")
    response = FileResponse(
        file.file.open("rb"),
        as_attachment=not picture,
        filename=file.name,
        content_type=file.media_type if picture else "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
