"""From any thing to everything that came of it, and back to what it came from: item, follow-up, opportunity, project,
product, roll-out. Each shown only to who sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.journal import timeline
from apps.core.pages import TONES
from apps.insight.models import FollowUp, Item, Opportunity
from apps.operations.models import Product, Rollout
from apps.projects.models import Project

# How a kind of thing is shown: its word, its icon, the tones of its states, and what is read with it.
KINDS: dict[type[Model], tuple[Promise, str, dict[str, str], tuple[str, ...]]] = {
    Item: (_("Insight item"), "newspaper", {"filed": "ok"}, ("unit",)),
    FollowUp: (_("Follow-up"), "corner-down-right", {"open": "brand", "done": "ok"}, ("unit",)),
    Opportunity: (
        _("Opportunity"),
        "lightbulb",
        {"filed": "brand", "investigating": "brand", "concluded": "ok", "held": "warn", "taken_up": "ok"},
        ("unit",),
    ),
    Project: (
        _("Project"),
        "folder-kanban",
        {"active": "brand", "returned": "warn", "on_hold": "warn", "rejected": "bad", "stopped": "bad", "closed": "ok"},
        ("unit", "stage"),
    ),
    Product: (_("Product"), "package", {"pilot": "brand", "live": "ok"}, ("unit",)),
    Rollout: (
        _("Roll-out"),
        "git-branch",
        {"offered": "neutral", "accepted": "brand", "live": "ok", "declined": "warn"},
        ("unit", "product"),
    ),
}  # fmt: skip
ROUTES = {model._meta.model_name: model for model in KINDS if model is not Rollout}
MOST = 50  # of each kind: what a page can show and a reader can read
SINCE = {Item: "filed_at", FollowUp: "opened_at", Opportunity: "filed_at", Project: "proposed_at",
         Product: "made_at", Rollout: "offered_at"}  # fmt: skip


@dataclass
class Node:
    """One thing in the tree, with what came of it."""

    thing: Any
    is_here: bool = False
    children: list["Node"] = field(default_factory=list)

    @property
    def kind(self):
        return KINDS[type(self.thing)][0]

    @property
    def icon(self) -> str:
        return KINDS[type(self.thing)][1]

    @property
    def tone(self) -> str:
        return KINDS[type(self.thing)][2].get(self.thing.state, "neutral")

    @property
    def title(self) -> str:
        return self.thing.unit.name if isinstance(self.thing, Rollout) else str(self.thing)

    @property
    def state(self) -> str:
        """The stage of a project that is in progress, the state of anything else."""
        if isinstance(self.thing, Project) and self.thing.state == Project.State.ACTIVE:
            return str(self.thing.stage)
        return self.thing.get_state_display()

    @property
    def since(self) -> datetime:
        return getattr(self.thing, SINCE[type(self.thing)])


def family(user, thing) -> list[Node]:
    """The roots of the tree this thing belongs to, as far as this person sees it. At most two queries a kind."""
    ids = _ids(thing)
    seen: dict[type[Model], dict[int, Node]] = {}
    for model, found in ids.items():
        related = KINDS[model][3]
        rows = model.objects.visible_to(user).filter(pk__in=found).select_related(*related).order_by("pk")  # type: ignore[attr-defined]
        seen[model] = {row.pk: Node(row, row == thing) for row in rows[:MOST]}
    roots = []
    for nodes in seen.values():
        for node in nodes.values():
            parent = next(
                (seen[model][pk] for model, pk in _parents(node.thing) if pk in seen.get(model, {})), None
            )
            (parent.children if parent else roots).append(node)
    return roots


def flat(nodes: list[Node]) -> list[Node]:
    return [found for node in nodes for found in (node, *flat(node.children))]


def story(user, here, nodes: list[Node], limit: int = 120) -> list[dict]:
    """What happened to all of them, newest first, for `ui.timeline`; each line says to which, where it is not plain
    from the page of the thing `here`."""
    things = {(type(node.thing), node.thing.pk): node for node in flat(nodes)}
    told = []
    for entry in timeline(user, *(node.thing for node in things.values()), limit=limit):
        node = things[(entry.subject_type.model_class(), entry.subject_id)]
        told.append(
            {
                "who": entry.by or _("The system"),
                "text": f"{entry.label} · {node.kind if node.title == str(here) else node.title}",
                "href": node.thing.get_absolute_url(),
                "when": entry.at,
                "icon": entry.declaration.icon,
                "tone": TONES.get(entry.declaration.tone, entry.declaration.tone),
            }
        )
    return told


def _parents(thing):
    """Where a thing may hang, the nearest first."""
    if isinstance(thing, FollowUp):
        yield Item, thing.item_id
    if isinstance(thing, Opportunity):
        yield FollowUp, thing.follow_up_id
        yield Item, thing.item_id
    if isinstance(thing, Project):
        yield Opportunity, thing.opportunity_id
    if isinstance(thing, Product):
        yield Project, thing.project_id
    if isinstance(thing, Rollout):
        yield Product, thing.product_id


def _ids(thing) -> dict[type[Model], set[int]]:
    """The ids of the whole family, first up to where it began, then down. What of it is shown is for `visible_to`."""
    why = "the ids of a family; each member is shown through visible_to"
    ids: dict[type[Model], set[int]] = {model: set() for model in KINDS}
    ids[type(thing)].add(thing.pk)
    if ids[Product]:
        ids[Project] = {thing.project_id}
    if ids[Project]:
        projects = Project.objects.unscoped(why).filter(pk__in=ids[Project], opportunity__isnull=False)
        ids[Opportunity] = set(projects.values_list("opportunity", flat=True))
    if ids[Opportunity]:
        found = Opportunity.objects.unscoped(why).filter(pk__in=ids[Opportunity])
        for item, followed in found.values_list("item", "follow_up__item"):
            ids[Item] |= {item, followed} - {None}
    if ids[FollowUp]:
        ids[Item] = {thing.item_id}
    if ids[Item]:
        ids[FollowUp] = set(
            FollowUp.objects.unscoped(why).filter(item__in=ids[Item]).values_list("pk", flat=True)
        )
        came = Q(item__in=ids[Item]) | Q(follow_up__in=ids[FollowUp])
        ids[Opportunity] |= set(Opportunity.objects.unscoped(why).filter(came).values_list("pk", flat=True))
    if ids[Opportunity]:
        found = Project.objects.unscoped(why).filter(opportunity__in=ids[Opportunity])
        ids[Project] |= set(found.values_list("pk", flat=True))
    if ids[Project]:
        ids[Product] |= set(
            Product.objects.unscoped(why).filter(project__in=ids[Project]).values_list("pk", flat=True)
        )
    if ids[Product]:
        ids[Rollout] = set(
            Rollout.objects.unscoped(why).filter(product__in=ids[Product]).values_list("pk", flat=True)
        )
    return {model: found for model, found in ids.items() if found}
