from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.formats import wan
from apps.core.forms import CleanCharField, Form, SeveralField, StrictDateField, StrictIntegerField, YuanField
from apps.core.versions import Seen, compared, differences, seen_of
from apps.org.calendar import due_in, parameter
from apps.org.models import Body, Person, Unit
from apps.org.reach import units_nearby
from apps.projects.models import Project
from apps.review.models import Consultation, Forum, Meeting, Round, Topic
from apps.review.rules import DECISIONS


def long_text(label, *, rows=4, most=3000, **kwargs):
    return CleanCharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows, "maxlength": most}), **kwargs
    )


class OpinionForm(Form):
    opinion = forms.ChoiceField(label=_("Opinion"), choices=Consultation.Opinion, widget=forms.RadioSelect)
    text = long_text(
        _("Conditions, or the reason"), required=False, help_text=_("Needed unless the department agrees.")
    )

    def clean(self):
        values = super().clean()
        opinion = values.get("opinion")
        if opinion and opinion != Consultation.Opinion.AGREE and not values.get("text"):
            self.add_error("text", _("Please give the reason."))
        return values


class AnswerForm(Form):
    reply = forms.ChoiceField(
        label=_("Answer to the opinion"), choices=Consultation.Reply, widget=forms.RadioSelect
    )
    text = long_text(_("How it is adopted, or why not"))


class Fraction(forms.ChoiceField):
    """A part of the whole, kept as numerator and denominator."""

    PARTS = ("1/2", "3/5", "2/3", "3/4", "1/1")

    def __init__(self, **kwargs):
        super().__init__(choices=[(part, part) for part in self.PARTS], **kwargs)

    def clean(self, value):
        numerator, denominator = super().clean(value).split("/")
        return int(numerator), int(denominator)


class ForumForm(Form):
    """What a forum may decide, and how it counts. Cleaned, it holds the keyword arguments of the action."""

    body = forms.ModelChoiceField(Body.objects.none(), label=_("Body"))
    name = CleanCharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=Forum.Kind)
    series = CleanCharField(
        label=_("Series of its minutes"), max_length=20, initial=Forum._meta.get_field("series").default
    )
    up_to_fen = YuanField(
        label=_("Decides up to"),
        required=False,
        help_text=_("Empty: no limit; for a working group, the bank-wide one."),
    )
    decides_cross_branch = forms.BooleanField(
        label=_("Decides what concerns several branches"), required=False
    )
    decides_first_in_industry = forms.BooleanField(
        label=_("Decides what is the first of its kind in the industry"), required=False
    )
    majority = Fraction(label=_("Majority"), initial="2/3")
    majority_of = forms.ChoiceField(label=_("Majority of"), choices=Forum.Of)
    majority_more_than = forms.BooleanField(label=_("More than this part, not just as much"), required=False)
    quorum = Fraction(label=_("Quorum, of the members"), initial="2/3")
    consulted = SeveralField(
        Unit.objects.none(),
        label=_("Departments asked first"),
        required=False,
        widget=forms.SelectMultiple({"data-choose": True}),
    )

    def __init__(self, *args, user, forum=None, **kwargs):
        initial = {}
        if forum:
            initial = {name: getattr(forum, name) for name in self.base_fields if hasattr(forum, name)}
            initial |= {"consulted": [unit.pk for unit in forum.consulted_units]}
            initial |= {"seen": seen_of(forum, Forum.TERMS)}
        super().__init__(*args, initial=initial, **kwargs)
        if forum:
            del self.fields["body"]
        else:
            self.fields["body"].queryset = Body.objects.filter(unit__in=units_nearby(user, "body.manage"))
        self.fields["consulted"].queryset = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, closed_on=None)

    def clean(self):
        values = super().clean()
        for name in ("majority", "quorum"):
            if part := values.pop(name, None):
                values[f"{name}_numerator"], values[f"{name}_denominator"] = part
        return values


class ForumChangeForm(ForumForm, Seen):
    def against(self, current):
        """Both terms; the parts as they were chosen, and whom each would ask."""
        asked = sorted(self.cleaned_data["consulted"], key=lambda unit: unit.pk)
        typed = self.cleaned_data | {name: self[name].value() for name in ("majority", "quorum")}
        typed |= {"consulted_units": "、".join(map(str, asked))}
        stored = {name: getattr(current, name) for name in Forum.TERMS}
        stored |= {"consulted_units": "、".join(map(str, current.consulted_units))}
        self.data = self.data.copy()
        self.data["seen"] = seen_of(current, Forum.TERMS)
        fields = self.fields | {"consulted_units": self.fields["consulted"]}
        return compared(self, differences(fields, stored, typed))


# ── Rounds ────────────────────────────────────────────────────────────────────────────────────────────────────────


def not_past(day):
    if day and day < clock.today():
        raise ValidationError(_("The due date has gone by."))
    return day


class TopicChoice(SeveralField):
    """Things to be judged, each with what one chooses by."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, thing):
        return format_html(
            "<span>{} <small>{} · {} · {}</small></span>",
            thing.title,
            thing.code,
            thing.unit.label,
            wan(thing.asked_fen),
        )


class RoundForm(Form):
    title = CleanCharField(label=_("Title"), max_length=100)
    due_on = StrictDateField(label=_("Scores due on"))
    decides = forms.ChoiceField(
        label=_("Topics are ordered by"),
        choices=Round.Measure.choices,
        initial=Round.Measure.TRIMMED,
        help_text=_("All three are shown side by side; calibrated is without how strict each reviewer is."),
    )
    topics = TopicChoice(Project.objects.none(), label=_("Topics ready at the gate"))

    def __init__(self, *args, projects, **kwargs):
        super().__init__(*args, initial={"due_on": due_in(parameter("review_days"))}, **kwargs)
        ids = [project.pk for project in projects]
        self.fields["topics"].queryset = (
            Project.objects.unscoped("the caller had them through scope")
            .filter(pk__in=ids)
            .select_related("unit")
            .order_by("pk")
        )

    def clean_due_on(self):
        return not_past(self.cleaned_data["due_on"])


class AssignForm(Form):
    reviewer = SeveralField(Person.objects.none(), label=_("Reviewers"))
    due_on = StrictDateField(label=_("Scores due on"))

    def __init__(self, *args, people, due_on, **kwargs):
        super().__init__(*args, initial={"due_on": max(due_on, clock.today())}, **kwargs)
        self.fields["reviewer"].queryset = people

    def clean_due_on(self):
        return not_past(self.cleaned_data["due_on"])


class DeclarationForm(Form):
    conflict = forms.ChoiceField(
        label=_("Conflict of interest"),
        choices=[("no", _("I have no conflict of interest")), ("yes", _("I have a conflict of interest"))],
        widget=forms.RadioSelect,
    )
    reason = CleanCharField(
        label=_("Reason of the conflict"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2, "maxlength": 300}),
    )

    def clean(self):
        values = super().clean()
        if values.get("conflict") == "yes" and not values.get("reason"):
            self.add_error("reason", _("Please give the reason."))
        return values


class ScoreForm(Seen):
    """The sheet: a whole number for each criterion, and a comment. `final`: nothing may be missing."""

    comment = long_text(_("Reviewer's comment"), required=False)

    def __init__(self, *args, assignment, final=False, **kwargs):
        given = {f"score_{pk}": value for pk, value in assignment.given.items()}
        given |= {"comment": assignment.comment, "seen": seen_of(assignment, assignment.DRAFT)}
        super().__init__(*args, initial=given, **kwargs)
        self.criteria = list(assignment.topic.round.rubric.criteria.all())
        self.final = final
        for criterion in self.criteria:
            self.fields[f"score_{criterion.pk}"] = StrictIntegerField(
                label=str(criterion), least=0, most=criterion.max_score, required=False
            )

    def clean(self):
        values = super().clean()
        for criterion in self.criteria if self.final else ():
            name = f"score_{criterion.pk}"
            if name not in self.errors and values.get(name) is None:
                self.add_error(name, _("Give a score."))
        return values

    def against(self, current):
        """Both drafts, score by score."""
        stored = {f"score_{c.pk}": current.given.get(c.pk) for c in self.criteria} | {
            "comment": current.comment
        }
        self.data = self.data.copy()
        self.data["seen"] = seen_of(current, current.DRAFT)
        return compared(self, differences(self.fields, stored, self.cleaned_data))

    @property
    def scores(self) -> dict[int, int]:
        found = {c.pk: self.cleaned_data.get(f"score_{c.pk}") for c in self.criteria}
        return {pk: value for pk, value in found.items() if value is not None}

    @property
    def lines(self):
        """(criterion, its field, the points one may give) of each line; the value stands as text, as it was typed."""
        for criterion in self.criteria:
            field = self[f"score_{criterion.pk}"]
            value = field.value()
            yield criterion, field, range(criterion.max_score + 1), "" if value is None else str(value)


# ── Meetings ──────────────────────────────────────────────────────────────────────────────────────────────────────


class JudgedChoice(SeveralField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, topic):
        # Not the round's title: who sees a topic need not see its round.
        known = " · ".join(filter(None, (topic.number, topic.field)))
        return format_html("<span>{} <small>{}</small></span>", topic.title, known)


class MeetingForm(Form):
    form = forms.ChoiceField(label=_("Form"), choices=Meeting.Form)
    held_on = StrictDateField(label=_("Held on"))
    place = CleanCharField(label=_("Place"), max_length=100, required=False)
    topics = JudgedChoice(Topic.objects.none(), label=_("Agenda"))

    def __init__(self, *args, topics, **kwargs):
        super().__init__(*args, initial={"held_on": clock.today()}, **kwargs)
        self.fields["topics"].queryset = (
            Topic.objects.unscoped("the caller had them through scope")
            .filter(pk__in=[topic.pk for topic in topics])
            .order_by("pk")
        )


class BallotForm(Form):
    minutes = StrictIntegerField(label=_("Open for, in minutes"), least=5, most=60 * 24 * 30, initial=60)
    secret = forms.BooleanField(label=_("Secret ballot"), required=False)


class MinutesForm(Form):
    """The draft: its text, and what it says of each topic, within what the ballot bears out."""

    version = StrictIntegerField(least=1, widget=forms.HiddenInput, label=_("Version"))
    text = long_text(_("Other matters"), rows=5, most=5000, required=False)

    def __init__(self, *args, minutes, decisions, **kwargs):
        initial = {"version": minutes.version, "text": minutes.text}
        for row, _result in decisions:
            initial |= {
                f"decision_{row.pk}": row.decision,
                f"text_{row.pk}": row.text,
                f"conditions_{row.pk}": row.conditions,
            }
        super().__init__(*args, initial=initial, **kwargs)
        self.rows = decisions
        for row, result in decisions:
            allowed = [choice for choice in Topic.Result.choices if choice[0] in DECISIONS[result]]
            self.fields[f"decision_{row.pk}"] = forms.ChoiceField(label=_("Decision"), choices=allowed)
            self.fields[f"conditions_{row.pk}"] = long_text(
                _("Conditions"), rows=3, most=2000, required=False, help_text=_("One a line.")
            )
            self.fields[f"text_{row.pk}"] = long_text(_("What the committee said"), rows=3, required=False)

    @property
    def lines(self):
        """(decision, how the ballot ended, its three fields) of each topic."""
        for row, result in self.rows:
            yield row, result, [self[f"{name}_{row.pk}"] for name in ("decision", "conditions", "text")]

    @property
    def decisions(self) -> dict[int, dict]:
        return {
            row.pk: {
                name: self.cleaned_data[f"{name}_{row.pk}"] for name in ("decision", "conditions", "text")
            }
            for row, _result in self.rows
        }

    def against(self, current) -> list[tuple]:
        """(label, stored, typed) where a stale save differs from what stands; saving again then means the new version."""
        stored = {"text": current.text}
        labels = {"text": self.fields["text"].label}
        for row in current.decisions.select_related("topic"):
            for name in ("decision", "conditions", "text"):
                key = f"{name}_{row.pk}"
                stored[key] = getattr(row, name)
                labels[key] = f"{row.topic.title}: {self.fields[key].label}"
        shown = dict(Topic.Result.choices)
        self.data = self.data.copy()
        self.data["version"] = current.version
        rows = [
            (labels[key], shown.get(value, value) or "—", shown.get(typed, typed) or "—")
            for key, value in stored.items()
            if value != (typed := self.cleaned_data.get(key))
        ]
        return compared(self, rows)
