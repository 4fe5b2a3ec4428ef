from collections import defaultdict

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import access
from apps.core.listing import Column
from apps.core.pages import history, refusals_as_messages, show
from apps.org.models import Person, Post
from apps.review import rules
from apps.review.actions import assign_all, close_round, open_round
from apps.review.actions.round import scoring_roles
from apps.review.filters import RoundFilters
from apps.review.flow import round_flow
from apps.review.forms import AssignForm, RoundForm
from apps.review.models import Assignment, Forum, Recusal, Round, Score, Topic
from apps.review.models.round import counted
from apps.review.scoring import mean_milli, spread_milli, trimmed_mean_milli
from apps.review.subjects import ready_by_forum, subject_of
from apps.review.views.answers import attempt, forbid, list_page

OFFERED = 60  # candidates shown at once
APART_MILLI = 20_000  # from here on reviewers disagree, and the topic wants a word

COLUMNS = [
    Column("title", gettext_lazy("Round"), lambda r: f"{r.title} ({r.number})", sort="title"),
    Column("forum", gettext_lazy("Forum"), lambda r: r.forum.name, sort="forum__name"),
    Column("topics", gettext_lazy("Topics"), lambda r: r.topic_count, kind="number"),
    Column("reviews", gettext_lazy("Reviews handed in"), lambda r: f"{r.done_count}/{r.review_count}"),
    Column("due", gettext_lazy("Due on"), lambda r: r.due_on, sort="due_on", kind="date"),
    Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), sort="state", kind="state"),
]


@require_GET
@access("round.view")
def round_list(request):
    rows = Round.objects.visible_to(request.user).for_list(request.user)
    filters = RoundFilters(request.GET, queryset=rows, request=request)
    return list_page(
        request, "review/round_list.html", rows, COLUMNS, filters=filters, sort="-due", name="rounds",
        may_open=request.user.may_ever("round.manage"),
    )  # fmt: skip


@access("round.manage")
def round_open(request):
    """Choose the forum, then of what is ready at its gate."""
    forums = [
        f
        for f in Forum.objects.visible_to(request.user).select_related("unit")
        if rules.may_open_round(request.user, f)
    ]
    ready = ready_by_forum(request.user)
    asked = request.GET.get("forum", "")
    forum = next((f for f in forums if str(f.pk) == asked), None) if asked else None
    if asked and forum is None:
        raise Http404
    if forum is None:
        forum = next((f for f in forums if ready[f.pk]), forums[0] if forums else None)
    form = RoundForm(request.POST or None, projects=ready[forum.pk] if forum else [])
    made = []
    if request.method == "POST" and attempt(
        form,
        lambda values: made.append(
            open_round(
                forum,
                list(values["topics"]),
                by=request.user,
                title=values["title"],
                due_on=values["due_on"],
                decides=values["decides"],
            )
        ),
    ):
        messages.success(request, _("The round is open. Now ask reviewers for each topic."))
        return redirect(made[0])
    return show(
        request,
        "review/round_open.html",
        form=form,
        forum=forum,
        forums=busy_first(forums, ready),
        ready=ready[forum.pk] if forum else [],
    )


def busy_first(forums, ready) -> list[tuple[Forum, int]]:
    """Each forum with how many topics are ready at it, those with any before those with none."""
    return sorted(((forum, len(ready[forum.pk])) for forum in forums), key=lambda row: not row[1])


def visible(request, pk):
    return get_object_or_404(
        Round.objects.visible_to(request.user).select_related("forum", "unit", "rubric"), pk=pk
    )


@require_GET
@access("round.view")
def round_detail(request, pk):
    round_ = visible(request, pk)
    user = request.user
    topics = list(Topic.objects.visible_to(user).filter(round=round_).prefetch_related("subject"))
    managed = set(Topic.objects.managed_by(user).filter(round=round_).values_list("pk", flat=True))
    by_topic = defaultdict(list)
    for row in Assignment.objects.visible_to(user).filter(topic__in=[t.pk for t in topics]).for_list():
        by_topic[row.topic_id].append(row)
    results = results_of(user, round_)
    over = round_.state == Round.State.CLOSED
    return show(
        request,
        "review/round_detail.html",
        round=round_,
        topics=[
            {
                "topic": topic,
                "assignments": by_topic[topic.pk] if topic.pk in managed else [],
                "mine": next((a for a in by_topic[topic.pk] if a.reviewer_id == user.principal_id), None),
                "managed": topic.pk in managed,
                "result": results.get(topic.pk),
            }
            for topic in topics
        ],
        may_run=rules.may_run(user, round_),
        moves=round_flow.open_to(user, round_),
        closing=round_flow.verdict(round_, "close", user),
        compared=side_by_side(round_, topics, results) if over else [],
        may_call=over
        and rules.may_call_meeting(user, round_.forum)
        and any(topic.state == Topic.State.WAITING for topic in topics),
        history=history(user, round_, *topics),
    )


def side_by_side(round_, topics, results) -> list[dict]:
    """The scored topics of a round that is over, best first by the measure that decides; equals share a rank."""
    rows = [
        {
            "topic": topic,
            "mean": found["mean"],
            "trimmed": found["trimmed"],
            "calibrated": topic.calibrated_milli,
            "spread": found["spread"],
            "count": found["count"],
            "apart": found["spread"] >= APART_MILLI,
        }
        for topic in topics
        if (found := results.get(topic.pk))
    ]
    rows.sort(key=lambda row: -(row[round_.decides] or 0))
    for row in rows:
        row["rank"] = 1 + sum((other[round_.decides] or 0) > (row[round_.decides] or 0) for other in rows)
    return rows


def results_of(user, round_) -> dict[int, dict]:
    """Topic → how many scored it, mean, trimmed mean and spread of the totals, and the same by criterion: of the scores
    this person may see now."""
    totals, values = defaultdict(dict), defaultdict(lambda: defaultdict(list))
    scores = Score.objects.visible_to(user).filter(
        assignment__topic__round=round_, assignment__state=Assignment.State.DONE
    )
    for score in scores.select_related("assignment", "criterion").order_by("criterion__order", "pk"):
        totals[score.assignment.topic_id][score.assignment_id] = score.assignment.total_milli
        values[score.assignment.topic_id][score.criterion].append(1000 * score.value)
    return {
        topic: {
            "count": len(found),
            "mean": mean_milli(list(found.values())),
            "trimmed": trimmed_mean_milli(list(found.values())),
            "spread": spread_milli(list(found.values())),
            "criteria": [
                {
                    "criterion": criterion,
                    "mean": mean_milli(given),
                    "low": min(given),
                    "high": max(given),
                    "spread": spread_milli(given),
                }
                for criterion, given in values[topic].items()
            ],
        }
        for topic, found in totals.items()
    }


@require_POST
@access("round.manage")
def round_move(request, pk, move):
    round_ = visible(request, pk)
    if move not in round_flow.moves:
        raise Http404
    with refusals_as_messages(request):
        close_round(round_, by=request.user)
    return redirect(round_)


@access("round.manage")
def topic_assign(request, pk):
    """Ask people to review a topic; who may not be asked is shown with the reason."""
    topics = Topic.objects.managed_by(request.user)
    topic = get_object_or_404(topics.select_related("round__forum__unit", "round__unit"), pk=pk)
    forbid(rules.may_run(request.user, topic.round))
    people = candidates_for(topic)
    form = AssignForm(request.POST or None, people=people, due_on=topic.round.due_on)
    if request.method == "POST" and attempt(
        form,
        lambda values: assign_all(topic, list(values["reviewer"]), by=request.user, due_on=values["due_on"]),
    ):
        messages.success(
            request, _("They have been asked; first they declare whether they are free of conflicts.")
        )
        return redirect(topic.round)
    word = request.GET.get("q", "").strip()[:60]
    shown = people.filter(Q(name__icontains=word) | Q(unit__name__icontains=word)) if word else people
    return show(
        request,
        "review/topic_assign.html",
        fragment="offered",
        topic=topic,
        form=form,
        word=word,
        offered=described(topic, list(shown[:OFFERED])),
        chosen=request.POST.getlist("reviewer"),
        most=OFFERED,
    )


def candidates_for(topic):
    """Who holds a post that scores at the forum's unit or below it, and the reviewers of the whole bank; least loaded first."""
    posts = Post.objects.current().filter(
        Q(role="reviewer") | Q(unit__path__range=topic.round.unit.span), role__in=scoring_roles()
    )
    pending = Assignment.objects.unscoped("how much a person has to review already").pending()
    return (
        Person.objects.filter(pk__in=posts.values("person"))
        .select_related("unit")
        .annotate(
            load=counted(pending.marked(), "reviewer"),
            expert=Exists(posts.filter(role="reviewer", person=OuterRef("pk"))),
        )
        .order_by("-expert", "load", "pk")
    )


def described(topic, people):
    """Each candidate with what speaks against asking them."""
    interested = subject_of(topic.subject).interested(topic.subject)
    recused = set(
        Recusal.objects.unscoped("who may not be asked").filter(topic=topic).values_list("person", flat=True)
    )
    asked = set(
        Assignment.objects.unscoped("who has been asked")
        .filter(topic=topic)
        .values_list("reviewer", flat=True)
    )
    rows = []
    for person in people:
        free = rules.is_free(interested=person.pk in interested, recused=person.pk in recused)
        reason = _("Has this topic already") if person.pk in asked and free else free.reason
        rows.append({"person": person, "reason": reason, "near": person.unit_id == topic.subject.unit_id})
    return rows
