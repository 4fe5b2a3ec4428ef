from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField, StrictIntegerField
from apps.core.grades import Grade
from apps.core.uploads import BadUpload, check_upload
from apps.core.versions import compared
from apps.insight.actions.opportunity import MAX_PHOTOS
from apps.insight.extraction import Unreadable, extract, extract_text
from apps.insight.feeds import BadFeed, parse_feed
from apps.insight.models import Investigation, Item, Report
from apps.insight.models.opportunity import QUESTIONS
from apps.insight.models.report import Section
from apps.org.calendar import due_in
from apps.org.models import BusinessLine, Post, Unit
from apps.org.reach import units_nearby

MAX_TEXT = 200_000


def long_text(label, *, rows=5, most=2000, **kwargs):
    return CleanCharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows, "maxlength": most}), **kwargs
    )


class OfUnit(Form):
    """Asks for which unit, where the person has posts that allow it at several; most have one and are not asked."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)

    def choose_unit(self, user, capability):
        units = {
            post.unit_id: post.unit
            for post in user.standing
            if user.may_at(capability, post.unit, post.line_id)
        }
        self.only_unit = next(iter(units.values())) if len(units) == 1 else None
        if self.only_unit:
            del self.fields["unit"]
        else:
            self.fields["unit"].queryset = Unit.objects.filter(pk__in=units)

    @property
    def chosen_unit(self):
        return self.only_unit or self.cleaned_data["unit"]


class Versioned(Form):
    """Carries the version it was filled from."""

    version = StrictIntegerField(least=1, widget=forms.HiddenInput, label=_("Version"))

    def against(self, current) -> list[tuple]:
        """(label, stored, typed) where a stale save differs from what stands; saving again then means the new version."""
        self.data = self.data.copy()
        self.data["version"] = current.version
        return compared(self, self.differing(current))

    def differing(self, current) -> list[tuple]:
        rows = []
        for name, field in self.fields.items():
            if name == "version" or not hasattr(current, name):
                continue
            stored, typed = getattr(current, name), self.cleaned_data.get(name)
            if stored != typed:
                choices = {} if hasattr(field, "queryset") else dict(getattr(field, "choices", ()))
                rows.append(
                    (field.label, choices.get(stored, stored) or "—", choices.get(typed, typed) or "—")
                )
        return rows


class _Grade(forms.TypedChoiceField):
    def __init__(self, **kwargs):
        super().__init__(choices=Grade.choices, coerce=int, label=_("Grade"), **kwargs)


# ── Items ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _ImportForm(OfUnit):
    line = forms.ModelChoiceField(BusinessLine.objects.none(), label=_("Business line"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.choose_unit(user, "item.file")
        self.fields["line"].queryset = BusinessLine.objects.all()


class FileImportForm(_ImportForm):
    """A saved page, a PDF, a Word file or a text file. Cleaned, it has `original` and `extracted`."""

    field_order = ("file", "unit", "line")
    file = forms.FileField(
        label=_("File"),
        help_text=_("A saved web page (HTML, MHTML), PDF, Word or text."),
        widget=forms.FileInput({"accept": ".html,.htm,.mht,.mhtml,.txt,.md,.pdf,.docx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            checked = check_upload(file, kinds=("article",))
            data = file.read()
            self.extracted = extract(data, filename=checked.name, media_type=checked.media_type)
        except (BadUpload, Unreadable) as refusal:
            raise ValidationError(str(refusal)) from refusal
        self.original = (data, checked.name, checked.media_type)
        return file


class TextImportForm(_ImportForm):
    """A pasted text. Cleaned, it has `extracted`."""

    field_order = ("text", "url", "unit", "line")
    text = long_text(_("Text"), rows=14, most=MAX_TEXT, help_text=_("The title first, then the article."))
    url = forms.URLField(
        label=_("Address of the page"), max_length=1000, required=False, assume_scheme="https"
    )
    original = None

    def clean_text(self):
        try:
            self.extracted = extract_text(self.cleaned_data["text"])
        except Unreadable as refusal:
            raise ValidationError(str(refusal)) from refusal
        return self.cleaned_data["text"]


class FeedImportForm(_ImportForm):
    """A feed file (RSS or Atom). Cleaned, it has `entries`."""

    field_order = ("file", "unit", "line")
    file = forms.FileField(
        label=_("Feed file"),
        help_text=_("An RSS or Atom file. You choose its entries on the next page."),
        widget=forms.FileInput({"accept": ".xml,.rss,.atom,.rdf"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            check_upload(file, kinds=("feed", "page"))
            self.entries = parse_feed(file.read())
        except (BadUpload, BadFeed) as refusal:
            raise ValidationError(str(refusal)) from refusal
        if not self.entries:
            raise ValidationError(_("There are no entries in this feed."))
        return file


class ItemForm(Versioned):
    title = CleanCharField(label=_("Title"), max_length=300)
    title_simplified = CleanCharField(
        label=_("Title in simplified characters"), max_length=300, required=False
    )
    category = forms.ChoiceField(label=_("Category"), choices=Item.Category)
    institution = CleanCharField(
        label=_("Institution"), max_length=100, required=False, help_text=_("Whom it is about.")
    )
    line = forms.ModelChoiceField(BusinessLine.objects.none(), label=_("Business line"), required=False)
    source_name = CleanCharField(label=_("Source"), max_length=100, required=False)
    author = CleanCharField(label=_("Author"), max_length=100, required=False)
    published_on = StrictDateField(label=_("Published on"), required=False)
    url = forms.URLField(
        label=_("Address of the page"), max_length=1000, required=False, assume_scheme="https"
    )
    grade = _Grade()
    body = long_text(_("Text"), rows=18, most=MAX_TEXT)
    body_simplified = long_text(_("Text in simplified characters"), rows=18, most=MAX_TEXT, required=False)

    def __init__(self, *args, item, **kwargs):
        names = [name for name in self.base_fields if name != "line"]
        initial = {name: getattr(item, name) for name in names} | {"line": item.line_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["line"].queryset = BusinessLine.objects.all()
        self.two_scripts = bool(item.body_simplified or item.title_simplified)
        if not self.two_scripts:
            del self.fields["title_simplified"], self.fields["body_simplified"]

    @property
    def corrections(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


# ── Reports ───────────────────────────────────────────────────────────────────────────────────────────────────────


class ReportForm(OfUnit):
    field_order = ("name", "kind", "unit", "line")
    name = CleanCharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=Report.Kind)
    line = forms.ModelChoiceField(
        BusinessLine.objects.none(),
        label=_("Business line"),
        required=False,
        help_text=_("Empty: for all lines."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.choose_unit(user, "report.edit")
        self.fields["line"].queryset = BusinessLine.objects.all()


class IssueForm(Versioned):
    title = CleanCharField(
        label=_("Headline"),
        max_length=200,
        required=False,
        help_text=_("Shown under the name of the report."),
    )
    due_on = StrictDateField(label=_("Due on"))
    grade = _Grade()


class LineForm(Versioned):
    section = forms.ChoiceField(label=_("Section"), choices=Section)
    title = CleanCharField(label=_("Title"), max_length=300)
    summary = long_text(_("Summary"), rows=4, most=3000, required=False)


# ── Follow-ups and opportunities ──────────────────────────────────────────────────────────────────────────────────


class _PostChoice(forms.ModelChoiceField):
    def label_from_instance(self, post):
        return f"{post.person.name} · {post.role_label} · {post.unit.label}"


class FollowUpForm(Form):
    """Who looks into it: somebody of the person's own units, or of those one step below. Their unit follows it up."""

    post = _PostChoice(Post.objects.none(), label=_("Who looks into it"))
    due_on = StrictDateField(label=_("Due on"))
    note = long_text(_("What to find out"), rows=3, required=False)

    OWNERS = ("group_lead", "group_member", "liaison", "innovation_secretary", "innovation_officer")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, initial={"due_on": due_in(10)}, **kwargs)
        self.fields["post"].queryset = (
            Post.objects.current()
            .filter(role__in=self.OWNERS, unit__in=units_nearby(user, "opportunity.investigate"))
            .select_related("person", "unit")
            .order_by("unit__path", "pk")
        )

    def clean_due_on(self):
        if self.cleaned_data["due_on"] < clock.today():
            raise ValidationError(_("The due date has gone by."))
        return self.cleaned_data["due_on"]


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Pictures, several at once. Gives a list of (bytes, name, media type), each checked."""

    def __init__(self, **kwargs):
        super().__init__(widget=PhotosInput({"accept": "image/*"}), **kwargs)

    def clean(self, data, initial=None):
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > MAX_PHOTOS:
            raise ValidationError(_("At most %(count)s photos."), params={"count": MAX_PHOTOS})
        photos = []
        for file in files:
            try:
                checked = check_upload(file, kinds=("image",))
            except BadUpload as refusal:
                raise ValidationError(f"{file.name}: {refusal}") from refusal
            photos.append((file.read(), checked.name, checked.media_type))
        return photos


class _OpportunityTexts(Form):
    title = CleanCharField(label=_("In one line"), max_length=120)
    scene = long_text(_("Customer or scene"), rows=3, help_text=_("Who, where, when does it happen?"))
    pain = long_text(_("Pain"), rows=3, help_text=_("What goes wrong, takes long, or is missing?"))
    idea = long_text(_("Idea"), rows=3, help_text=_("What could we do? A guess is enough."))
    contact_allowed = forms.BooleanField(label=_("The customer may be contacted"), required=False)


class OpportunityForm(_OpportunityTexts, OfUnit):
    field_order = ("title", "scene", "pain", "idea", "contact_allowed", "photos", "unit", "line")
    photos = PhotosField(label=_("Photos"), required=False)
    line = forms.ModelChoiceField(
        BusinessLine.objects.none(), label=_("Business line (if you know it)"), required=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.choose_unit(user, "opportunity.file")
        self.fields["line"].queryset = BusinessLine.objects.all()


class OpportunityCorrectionForm(_OpportunityTexts, Versioned):
    field_order = ("title", "scene", "pain", "idea", "contact_allowed")


class ConclusionForm(Form):
    conclusion = forms.ChoiceField(
        label=_("Conclusion"), choices=Investigation.Conclusion, widget=forms.RadioSelect
    )
    reason = long_text(_("Reason"), rows=3, help_text=_("The person who reported it reads this."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        questions = {}
        for name in QUESTIONS:
            label = Investigation._meta.get_field(name).verbose_name
            questions[name] = long_text(label, rows=3, required=False)
        self.fields = questions | self.fields

    def clean(self):
        values = super().clean()
        if values.get("conclusion") == Investigation.Conclusion.TAKE_UP:
            for name in QUESTIONS:
                if not values.get(name):
                    self.add_error(name, _("Answer this before it is taken up."))
        return values

    @property
    def answers(self):
        return {name: self.cleaned_data[name] for name in QUESTIONS}
