"""A whole world from a number: the same number, day and roles give the same world."""

from datetime import date
from pathlib import Path

import yaml

from tests.worlds import affairs, deciding, people
from tests.worlds.world import Maker, World

PERMISSIONS = yaml.safe_load(
    Path(__file__).parents[2].joinpath("permissions.yaml").read_text(encoding="utf-8")
)

# What people talk about and lay files with, and what each kind of file is called there.
TALKED_ABOUT = {
    "projects.project": ("", "secret"),
    "insight.item": ("", "original"),
    "insight.opportunity": ("", "photo"),
    "insight.followup": ("",),
    "operations.product": ("",),
    "review.minutes": ("issued",),
}  # fmt: skip
NOTED = {
    "projects.project": "project.submit",
    "insight.item": "item.file",
    "insight.opportunity": "opportunity.investigate",
    "insight.issue": "issue.publish",
    "org.request": "request.make",
    "review.minutes": "minutes.issue",
}  # fmt: skip


def world_of(seed: int, today: date) -> World:
    make = Maker(seed, today)
    people.draw_bank(make, list(PERMISSIONS["roles"]))
    affairs.draw_insight(make)
    affairs.draw_projects(make)
    affairs.draw_people(make)
    deciding.draw_review(make)
    deciding.draw_money(make)
    deciding.draw_accounts(make)
    make.thing("org.orgimport", "name", "row", state="checked", of={"by": make.person()})
    draw_what_is_said(make)
    people.draw_access(make)
    draw_reorganisations(make)
    return make.world


def draw_reorganisations(make: Maker) -> None:
    """Some plans: a unit under another one, wherever the two are."""
    units = range(1, len(make.world.parents))
    for _number in range(3):
        unit, other = make.random.sample(units, 2)
        make.thing(
            "org.reorganisation",
            "reason",
            unit=unit,
            of={"other": other, "by": make.person(), "person": make.person()},
        )


def draw_what_is_said(make: Maker) -> None:
    """Comments and files of things, and for each person what they follow, were told and kept for themselves."""
    for kind, files in TALKED_ABOUT.items():
        for thing in make.world.of(kind):
            about = (kind, thing.key)
            if kind != "review.minutes" and make.chance(0.5):
                make.thing("comment", "text", of={"about": about, "by": make.person()})
            for file in files:
                if make.chance(0.6):
                    make.thing("attachment", "name", "content", state=file, of={"about": about, "by": make.person()},
                               values={"grade": make.random.choice([10, 20])})  # fmt: skip
    for person in make.world.people:
        for _number in range(6):
            kind = make.random.choice(list(NOTED))
            of = {"about": (kind, make.any(kind).key), "to": person.key}
            make.thing(
                "notice", of=of, state=make.random.choice(["unread", "read"]), values={"verb": NOTED[kind]}
            )
        kind = make.random.choice(["projects.project", "insight.item", "insight.opportunity"])
        make.thing("follow", of={"about": (kind, make.any(kind).key), "to": person.key})
        make.thing("savedview", "name", of={"to": person.key})
    make.thing("job", "key", "error")
