"""What the proposer types: the project itself, its plan and its team."""

from collections.abc import Iterable

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import CleanCharField, Form, StrictDateField, StrictIntegerField, row_id
from apps.core.grades import Grade
from apps.insight.forms import Versioned, long_text
from apps.org.models import BusinessLine, Person, Unit
from apps.org.reach import units_nearby
from apps.projects.models import Project, RequiredKind, TeamMember

NEAR = 40  # people offered before anybody searches


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────


def people_in_reach(user):
    return Person.objects.visible_to(user).inside().filter(left_on=None).select_related("unit")


def person_label(person) -> str:
    """Namesakes are told apart by unit and number."""
    return " · ".join(
        part for part in (person.name, person.unit and person.unit.label, person.employee_no) if part
    )


def people_offered(user, unit, chosen: Iterable) -> list[tuple[int, str]]:
    """The people of the unit and those chosen already: what a choice holds before anybody searches in it."""
    people = people_in_reach(user)
    near = people.filter(unit__path__range=unit.span) if unit else people
    found = {person.pk: person for person in near.order_by("unit__path", "pk")[:NEAR]}
    missing = {row_id(pk) for pk in chosen}
    found |= people.in_bulk(missing - set(found))
    return [(person.pk, person_label(person)) for person in found.values()]


class PersonField(forms.ModelChoiceField):
    """A person of the bank, searched by name or number; the page holds those nearby only."""

    def __init__(self, **kwargs):
        super().__init__(Person.objects.none(), **kwargs)

    def offer(self, people, offered, search_url):
        self.queryset = people
        self.widget.choices = [("", "—"), *offered]
        self.widget.attrs["data-choose-from"] = search_url


# ── The project ───────────────────────────────────────────────────────────────────────────────────────────────────


class _ProjectTexts(Form):
    title = CleanCharField(label=_("Title"), max_length=120)
    line = forms.ModelChoiceField(BusinessLine.objects.none(), label=_("Business line"), required=False)
    manager = PersonField(
        label=_("Manager"),
        help_text=_("Answers for plan, spending and results. Search by name or staff number."),
    )
    goal = long_text(
        _("Goal"), rows=4, most=3000, help_text=_("What will be better, for whom, and how is it measured?")
    )
    approach = long_text(_("Approach"), rows=4, most=5000, required=False)
    risks = long_text(_("Risks"), rows=3, most=3000, required=False)
    cross_branch = forms.BooleanField(label=_("Concerns several branches"), required=False)
    first_in_industry = forms.BooleanField(label=_("First in the industry"), required=False)
    grade = forms.TypedChoiceField(
        choices=Grade.choices, coerce=int, label=_("Grade"), initial=Grade.INTERNAL
    )

    def offer(self, user, unit, search_url):
        self.fields["line"].queryset = BusinessLine.objects.all()
        chosen = self["manager"].value()
        chosen = chosen.pk if isinstance(chosen, Person) else chosen
        self.fields["manager"].offer(
            people_in_reach(user), people_offered(user, unit, [chosen] if chosen else []), search_url
        )


TEXTS = (
    "title",
    "unit",
    "line",
    "manager",
    "goal",
    "approach",
    "risks",
    "cross_branch",
    "first_in_industry",
    "grade",
)


class ProposeForm(_ProjectTexts):
    field_order = TEXTS
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Applicant unit"), empty_label=None)

    def __init__(self, *args, user, search_url, opportunity=None, **kwargs):
        super().__init__(*args, **kwargs)
        units = units_nearby(user, "project.propose")
        if opportunity and user.may_at("project.propose", opportunity.unit, opportunity.line_id):
            units |= Unit.objects.filter(pk=opportunity.unit_id)
        self.fields["unit"].queryset = units.distinct()
        self.offer(user, user.standing[0].unit, search_url)


class ProjectForm(_ProjectTexts, Versioned):
    field_order = TEXTS

    def __init__(self, *args, user, project, search_url, **kwargs):
        initial = {name: getattr(project, name) for name in [*TEXTS, "version"] if name != "unit"}
        super().__init__(*args, initial=initial, **kwargs)
        self.offer(user, project.unit, search_url)


class HoldForm(Form):
    reason = long_text(_("Reason"), rows=3)
    revisit_on = StrictDateField(label=_("Look at it again on"))


# ── Rows: plan and team ───────────────────────────────────────────────────────────────────────────────────────────


class Rows(BaseFormSet):
    """Rows on one page. Blank ones are passed over, so that nobody has to take them out first."""

    def initial_form_count(self):
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def filled(self) -> list[dict]:
        """The rows somebody wrote in, of a valid formset."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data]


def rows_of(form, most: int, base=Rows):
    return formset_factory(form, formset=base, extra=0, max_num=most, absolute_max=most, validate_max=True)


def after_button(data, prefix: str, names: Iterable[str], most: int) -> list[dict] | None:
    """The rows as they were typed, after “add a row” or “take this row out” was pressed; None when neither was."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), most) if total.isascii() and total.isdigit() and len(total) < 6 else 0
    rows = [{name: data.get(f"{prefix}-{n}-{name}", "") for name in names} for n in range(count)]
    out = data.get("take_out", "")
    if "add" in data:
        return [*rows, {}][:most]
    if out.isascii() and out.isdigit() and len(out) < 6:
        return rows[: int(out)] + rows[int(out) + 1 :]
    return None


class MilestoneRow(Form):
    name = CleanCharField(label=_("Milestone"), max_length=80)
    stage = forms.TypedChoiceField(label=_("Stage"))
    due_on = StrictDateField(label=_("Due on"))

    def __init__(self, *args, stages, **kwargs):
        super().__init__(*args, **kwargs)
        by_pk = {str(stage.pk): stage for stage in stages}
        self.fields["stage"].choices = [("", "—"), *((pk, str(stage)) for pk, stage in by_pk.items())]

        def stage_of(value):
            if str(value) not in by_pk:
                raise ValueError(value)
            return by_pk[str(value)]

        self.fields["stage"].coerce = stage_of

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < clock.today():
            raise forms.ValidationError(gettext("The due date has gone by."))
        return day


class MilestoneRows(Rows):
    def clean(self):
        """At least one for each stage whose gate asks for its milestones."""
        if any(self.errors):
            return
        planned = {row["stage"].code for row in self.filled}
        missing = [
            str(stage)
            for stage in self.form_kwargs["stages"]
            if stage.needs_milestones and stage.code not in planned
        ]
        if missing:
            raise forms.ValidationError(
                gettext("Plan at least one milestone for: %(stages)s.") % {"stages": "、".join(missing)}
            )


def stages_to_plan(project) -> list:
    """The stages a plan has milestones in: those left by hand. `needs_milestones` says that the gate out asks for them."""
    asked = set(
        RequiredKind.objects.filter(
            gate__process=project.process_version_id, code__endswith="_milestones"
        ).values_list("gate__source", flat=True)
    )
    stages = list(project.process_version.stages.filter(gates_out__by_decision=False))
    for stage in stages:
        stage.needs_milestones = stage.pk in asked
    return stages


class TeamRow(Form):
    person = PersonField(label=_("Person"))
    part = forms.ChoiceField(label=_("Part"), choices=[("", "—"), *TeamMember.Part.choices])
    share_percent = StrictIntegerField(label=_("Share of working time (%)"), least=1, most=100)

    def __init__(self, *args, people, offered, search_url, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].offer(people, offered, search_url)


class TeamRows(Rows):
    def clean(self):
        if any(self.errors):
            return
        people = [row["person"].pk for row in self.filled]
        if len(set(people)) < len(people):
            raise forms.ValidationError(gettext("Name each person once."))


MilestoneFormSet = rows_of(MilestoneRow, 30, MilestoneRows)
TeamFormSet = rows_of(TeamRow, 30, TeamRows)


class RowsVersion(Versioned):
    """Beside the rows: the version of the project they were filled from."""


def current_milestones(project: Project) -> list[dict]:
    return [
        {"name": row.name, "stage": row.stage_id, "due_on": row.due_on}
        for row in project.milestones.filter(met_on=None)
    ]


def current_team(project: Project) -> list[dict]:
    return [
        {"person": row.person_id, "part": row.part, "share_percent": row.share_percent}
        for row in project.team.order_by("pk")
    ]
