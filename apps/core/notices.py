"""Who hears of what. People follow things; what the journal records of a thing, and others did, comes to them.

The app whose action makes a thing lets its makers follow it: `follow(project, users)`. Whoever is told without having
asked is told by a follower of the verb: `notify(users, entry)`.
"""

from django.contrib.auth import get_user_model
from django.db import transaction

from apps.core import clock
from apps.core.jobs import job
from apps.core.models import Entry, Follow, Notice
from apps.core.panels import panel
from apps.core.things import with_things

BATCH = 5000


def follow(thing, users) -> None:
    """These accounts hear of the thing from now on."""
    Follow.objects.bulk_create((Follow(user=user, subject=thing) for user in users), ignore_conflicts=True)


def unfollow(thing, user) -> None:
    Follow.objects.about(thing).filter(user=user).delete()


def follows_thing(user, thing) -> bool:
    return Follow.objects.about(thing).filter(user=user).exists()


def notify(users, entry: Entry) -> None:
    """Tell these accounts of this line; not whoever did it. Twenty thousand are a second's work; running twice adds none."""
    users = users.filter(is_active=True).exclude(pk=entry.by_id)
    if entry.person:
        users = users.exclude(person=entry.person)
    Notice.objects.bulk_create(
        (
            Notice(
                to_id=pk, verb=entry.verb, entry=entry.pk, at=entry.at, subject_type_id=entry.subject_type_id,
                subject_id=entry.subject_id,
            )
            for pk in users.order_by("pk").values_list("pk", flat=True)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )  # fmt: skip


@job("core.tell_followers")
def tell_followers(entry_id: int) -> None:
    """Those who follow the subject of a line hear of it, if they may read the line and still see the thing."""
    entry = Entry.objects.get(pk=entry_id)
    follows = Follow.objects.filter(subject_type=entry.subject_type_id, subject_id=entry.subject_id)
    followers = get_user_model().objects.filter(follows__in=follows)
    notify(followers.filter(pk__in=[user.pk for user in followers if _may_hear(user, entry)]), entry)


def _may_hear(user, entry) -> bool:
    rows = entry.subject_type.model_class()._default_manager
    if entry.declaration.readers and not user.may_ever(entry.declaration.readers):
        return False
    return not hasattr(rows, "visible_to") or rows.visible_to(user).filter(pk=entry.subject_id).exists()


# ── What a person does with notices ───────────────────────────────────────────────────────────────────────────────


def read_notice(notice: Notice) -> None:
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=clock.now())


@transaction.atomic
def read_all_notices(user) -> int:
    """Everything so far counts as read. Returns how many were not."""
    return user.notices.unread().update(read_at=clock.now())


@panel("desk.home", order=80)
def what_i_follow(user, thing):
    """The things followed last that the person still sees."""
    follows = [row for row in with_things(user, user.follows.order_by("-since", "-pk")[:8]) if row.thing]
    return ("core/panel_follows.html", {"follows": follows}) if follows else None
