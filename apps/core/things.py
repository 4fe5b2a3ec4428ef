"""Any thing of any app, had through its own `visible_to`: for what belongs to things of every kind."""

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.http import Http404
from django.shortcuts import get_object_or_404


def kind_of(thing) -> str:
    """What its kind is called in addresses: "projects.project"."""
    return thing._meta.label_lower


def things_of(model, user):
    """The rows of this model that the person sees; none of a model that does not say who sees it."""
    manager = model._default_manager
    if not hasattr(manager, "visible_to"):
        return manager.none()
    rows = manager.visible_to(user)
    return rows.with_title() if hasattr(rows, "with_title") else rows


def thing_or_404(user, kind: str, pk: int):
    """The thing, if there is one and this person sees it."""
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    return get_object_or_404(things_of(model, user), pk=pk)


def visible_things(user, rows) -> dict[tuple[int, int], Any]:
    """(content type, id) → thing, of the subjects of these rows that the person sees. One query a kind."""
    wanted = defaultdict(set)
    for row in rows:
        wanted[row.subject_type_id].add(row.subject_id)
    found: dict[tuple[int, int], Any] = {}
    for type_id, ids in wanted.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None and hasattr(model, "get_absolute_url"):
            found |= {(type_id, thing.pk): thing for thing in things_of(model, user).filter(pk__in=ids)}
    return found


def with_things(user, rows) -> list:
    """The same rows, each with `thing`: its subject, or None when the person does not see it (any more).

    A thing that is itself about another, as a request is, comes with that as the row's `about`, where it is seen too.
    """
    rows = list(rows)
    found = visible_things(user, rows)
    about = visible_things(user, [thing for thing in found.values() if hasattr(thing, "subject_type_id")])
    for row in rows:
        row.thing = thing = found.get((row.subject_type_id, row.subject_id))
        row.about = (
            about.get((thing.subject_type_id, thing.subject_id))
            if hasattr(thing, "subject_type_id")
            else None
        )
    return rows


def people_named(ids) -> dict[int, str]:
    """Names of the people with these ids, who stand in the journal as numbers."""
    people = get_user_model()._meta.get_field("person").related_model
    return dict(people.objects.filter(pk__in=ids).values_list("pk", "name"))
