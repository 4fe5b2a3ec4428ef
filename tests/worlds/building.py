"""Puts a world into the database with a few statements a kind, and writes down the numbers the rows were given."""

from datetime import datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone

from apps.core import clock
from apps.core.models import Attachment, Comment, Entry, Follow, Job, Notice, SavedView
from apps.core.search import index_all, kinds
from apps.org.models import (
    Access,
    Body,
    BusinessLine,
    Delegation,
    Engagement,
    ImportRow,
    Membership,
    OrgImport,
    Person,
    Post,
    Reorganisation,
    ReorganisationRow,
    Unit,
    User,
)
from tests.worlds.world import Thing, World

KINDS_OF_UNIT = [Unit.Kind.BRANCH, Unit.Kind.SUB_BRANCH, Unit.Kind.DEPARTMENT]


def noon(day):
    return timezone.make_aware(datetime.combine(day, time(12)))


class Builder:
    def __init__(self, world: World):
        self.world = world
        self.units: list[int] = []
        self.lines: list[int] = []

    def rows(self, model, kind: str, make) -> list:
        """One row of the model for each thing of this kind, made by `make(thing)`."""
        things = self.world.of(kind)
        made = model._base_manager.bulk_create([model(**make(thing)) for thing in things])
        for thing, row in zip(things, made, strict=True):
            thing.pk = row.pk
        return made

    def pk(self, kind: str, key: int | None) -> int | None:
        return None if key is None else self.world.of(kind)[key].pk

    def person(self, key: int | None) -> int | None:
        return None if key is None else self.world.people[key].pk

    def place(self, thing: Thing) -> dict:
        return {
            "unit_id": self.units[thing.unit],
            "line_id": None if thing.line is None else self.lines[thing.line],
        }

    def about(self, pair: tuple[str, int]) -> dict:
        return {"subject_type": self.type(pair[0]), "subject_id": self.pk(*pair)}

    def type(self, kind: str):
        return ContentType.objects.get_by_natural_key(*kind.split("."))

    # The bank.

    def bank(self) -> None:
        world = self.world
        paths: list[str] = []
        children = [0] * len(world.parents)
        rows = []
        for key, (parent, thing) in enumerate(zip(world.parents, world.of("org.unit"), strict=True)):
            if parent is None:
                path = Unit._get_path("", 1, 1)
            else:
                children[parent] += 1
                path = Unit._get_path(paths[parent], len(paths[parent]) // Unit.steplen + 1, children[parent])
            paths.append(path)
            kind = Unit.Kind.HEAD_OFFICE if parent is None else KINDS_OF_UNIT[key % 3]
            rows.append(Unit(path=path, depth=len(path) // Unit.steplen, kind=kind, **thing.texts))
        for row, count in zip(rows, children, strict=True):
            row.numchild = count
        for row, thing in zip(Unit._base_manager.bulk_create(rows), world.of("org.unit"), strict=True):
            thing.pk = row.pk
            self.units.append(row.pk)
        lines = [
            BusinessLine(code=f"L{world.seed}-{n}", name=f"条线{world.seed}-{n}") for n in range(world.lines)
        ]
        self.lines = [row.pk for row in BusinessLine.objects.bulk_create(lines)]
        self.people()

    def people(self) -> None:
        world = self.world
        self.rows(
            Person,
            "org.person",
            lambda t: (
                t.texts
                | {"inside": world.people[t.key].inside, "unit_id": self.units[world.people[t.key].unit]}
                | {"email": f"{world.people[t.key].texts['email']}@bank.example"}
            ),
        )
        accounts = []
        for person, thing in zip(world.people, world.of("org.person"), strict=True):
            person.pk = thing.pk
            accounts.append(
                User(username=person.texts["username"], person_id=person.pk, is_active=person.active)
            )
        for person, row in zip(world.people, User.objects.bulk_create(accounts), strict=True):
            person.account = row.pk
        made = Post.objects.bulk_create(
            Post(
                person_id=self.person(post.person), unit_id=self.units[post.unit], role=post.role,
                line_id=None if post.line is None else self.lines[post.line],
                starts=post.starts, revoked_on=post.revoked_on, **self.term(post),
            )
            for post in world.posts
        )  # fmt: skip
        for post, row in zip(world.posts, made, strict=True):
            post.pk = row.pk
        self.rows(
            Delegation,
            "org.delegation",
            lambda t: (
                t.texts
                | t.values
                | {"giver_id": self.person(t.of["giver"]), "taker_id": self.person(t.of["taker"])}
            ),
        )

    def term(self, post) -> dict:
        """Until when a post is held: an auditor's by an engagement, for three months where the world names no last day."""
        if post.role != "auditor":
            return {"ends": post.ends}
        last = post.ends or clock.today() + timedelta(days=90)
        day = timedelta(days=1)
        begins, ends = clock.start_of(post.starts), clock.start_of(last + day)
        engagement = Engagement.objects.create(
            kind=Engagement.Kind.AUDIT, person_id=self.person(post.person), unit_id=self.units[post.unit],
            purpose="audit", begins=begins, ends=ends,
        )  # fmt: skip
        return {"ends": last, "engagement": engagement, "until_at": ends}

    def bodies(self) -> None:
        self.rows(
            Body,
            "org.body",
            lambda t: (
                t.texts | {"unit_id": self.units[t.unit], "kind": "committee", "term_starts": "2020-01-01"}
            ),
        )
        roles = ["chair", "secretary", "member", "member"]
        Membership.objects.bulk_create(
            Membership(body_id=t.pk, person_id=self.person(person), role=role, starts="2020-01-01")
            for t in self.world.of("org.body")
            for person, role in zip(t.of["members"], roles, strict=False)
        )

    def imports(self) -> None:
        made = self.rows(
            OrgImport,
            "org.orgimport",
            lambda t: {
                "name": f"{t.texts['name']}.xlsx", "sha256": "0" * 64, "preview": "", "state": t.state,
                "by_id": self.world.people[t.of["by"]].account, "summary": {"units": {"new": 1}},
            },
        )  # fmt: skip
        ImportRow.objects.bulk_create(
            ImportRow(org_import=row, sheet="units", number=2, effect="new", values={"code": "X1", "name": t.texts["row"]})
            for row, t in zip(made, self.world.of("org.orgimport"), strict=True)
        )  # fmt: skip

    def reorganisations(self) -> None:
        world = self.world
        nothing = {"below": 0, "homes": 0, "posts": 0, "kept": 0, "grants": 0, "gaining": 0, "losing": 1}
        made = self.rows(
            Reorganisation,
            "org.reorganisation",
            lambda t: t.texts | {
                "what": "move", "unit_id": self.units[t.unit], "other_id": self.units[t.of["other"]],
                "was_id": self.units[world.parents[t.unit]], "document": "88", "by_id": world.people[t.of["by"]].account,
                "preview": "", "summary": nothing | {"kinds": {"insight.item": [0, 0, 1, 1]}, "along": {}, "blockers": {}},
            },
        )  # fmt: skip
        ReorganisationRow.objects.bulk_create(
            ReorganisationRow(
                reorganisation=row, sheet="loses", person_id=self.person(t.of["person"]), counts={"insight.item": 1}, total=1
            )
            for row, t in zip(made, world.of("org.reorganisation"), strict=True)
        )  # fmt: skip

    # What is said of things, and the exceptions over them.

    def said(self) -> None:
        world = self.world

        def by(thing):
            return world.people[thing.of["by"]].account

        self.rows(Comment, "comment", lambda t: self.about(t.of["about"]) | t.texts | {"by_id": by(t)})
        self.rows(
            Attachment,
            "attachment",
            lambda t: self.about(t.of["about"])
            | {
                "file": ContentFile(t.texts["content"].encode(), name="file"), "name": f"{t.texts['name']}.txt",
                "media_type": "text/plain", "size": 17, "sha256": "0" * 64, "kind": t.state,
                "by_id": by(t), **t.values,
            },
        )  # fmt: skip
        notices = world.of("notice")
        entries = Entry.objects.bulk_create(
            Entry(verb=n.values["verb"], by_id=world.people[0].account, data={}, **self.about(n.of["about"]))
            for n in notices
        )
        entry_of = {notice.key: entry.pk for notice, entry in zip(notices, entries, strict=True)}
        self.rows(
            Notice,
            "notice",
            lambda t: (
                self.about(t.of["about"])
                | {
                    "to_id": world.people[t.of["to"]].account,
                    "verb": t.values["verb"],
                    "entry": entry_of[t.key],
                }
                | ({"read_at": noon(world.today)} if t.state == "read" else {})
            ),
        )
        self.rows(
            Follow,
            "follow",
            lambda t: self.about(t.of["about"]) | {"user_id": world.people[t.of["to"]].account},
        )
        self.rows(
            SavedView,
            "savedview",
            lambda t: t.texts
            | {"user_id": world.people[t.of["to"]].account, "page": "projects:project_list", "query": "state=open"},
        )  # fmt: skip
        self.rows(
            Job, "job", lambda t: t.texts | {"task": "core.tell_followers", "state": "dead", "args": [0]}
        )
        self.exceptions()

    def exceptions(self) -> None:
        made = Access.objects.bulk_create(
            Access(
                capability=row.capability, effect=row.effect, person_id=self.person(row.person),
                unit_id=None if row.unit is None else self.units[row.unit],
                below=row.below, because_of=row.texts["because_of"], starts=row.starts, ends=row.ends,
                **self.about(row.about),
            )
            for row in self.world.access
        )  # fmt: skip
        for row, saved in zip(self.world.access, made, strict=True):
            row.pk = saved.pk

    def indexed(self) -> None:
        """Everything that can be searched, as its actions would have put it there."""
        for entry in kinds().values():
            manager = entry["model"]._default_manager
            rows = manager.unscoped("a world is built") if hasattr(manager, "unscoped") else manager.all()
            index_all(list(rows))
