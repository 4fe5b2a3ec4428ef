"""A bank of a large state bank's size, in numbers only: 40 branches, 16,000 sub-branches, 200,000 projects, the same for
the same seed. Run as `python -m bench._bank PROJECTS` with the settings of the database to fill; prints a session key
for the account of each reader as JSON."""

import json
import random
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.org.models import BusinessLine, Person, Post, Unit, User  # noqa: E402
from apps.projects.models import ProcessVersion, Project  # noqa: E402

BRANCHES, SUB_BRANCHES, PEOPLE = 40, 16_000, 2_000
WAN = 10_000 * 100
SCENES = ["烟草零售户", "县域农批市场商户", "科创企业", "跨境电商", "物业维修资金", "医保移动支付", "供应链票据", "养老金账户"]  # fmt: skip
MEANS = ["线上化", "秒贴", "远程视频核实", "智能填单", "资金监管数字化", "一体化", "直连", "遥感监测"]


def fill(projects: int) -> dict[str, str]:
    """Make the bank. Returns reader → session key."""
    chance = random.Random(7)
    units = make_units()
    lines = [BusinessLine.objects.create(code=f"L{n:02d}", name=f"条线{n}", order=n) for n in range(13)]
    people = Person.objects.bulk_create(
        Person(name=f"员工{n:05d}", employee_no=f"E{n:06d}", unit=units[n % len(units)])
        for n in range(PEOPLE)
    )
    make_projects(projects, units, lines, people, chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    root, branch = units[0], units[1]
    return {
        "head_office": session(people[0], "innovation_secretary", root),
        "branch": session(people[1], "group_lead", branch),
    }


def make_units() -> list[Unit]:
    root = Unit.objects.add_root({"code": "HO", "name": "总行", "kind": Unit.Kind.HEAD_OFFICE})
    rows = []
    for n in range(1, BRANCHES + 1):
        path = Unit._get_path(root.path, 2, n)
        rows.append(unit(path, 2, f"B{n:02d}", f"第{n}分行", Unit.Kind.BRANCH, SUB_BRANCHES // BRANCHES))
        for m in range(1, SUB_BRANCHES // BRANCHES + 1):
            below = Unit._get_path(path, 3, m)
            rows.append(unit(below, 3, f"B{n:02d}{m:03d}", f"第{n}分行{m}支行", Unit.Kind.SUB_BRANCH, 0))
    Unit.objects.bulk_create(rows, batch_size=2000)
    Unit.objects.filter(pk=root.pk).update(numchild=BRANCHES)
    return [root, *Unit.objects.filter(depth=2), *Unit.objects.filter(depth=3)]


def unit(path, depth, code, name, kind, numchild) -> Unit:
    return Unit(path=path, depth=depth, code=code, name=name, kind=kind, numchild=numchild)


def make_projects(count, units, lines, people, chance):
    process = ProcessVersion.in_force()
    stages = list(process.stages.all())
    states = [Project.State.ACTIVE] * 12 + [Project.State.DRAFT, Project.State.ON_HOLD, Project.State.STOPPED]
    now = timezone.now()

    def project(n):
        proposed = now - timedelta(hours=(count - n) * 5 % 26_000)
        return Project(
            code=f"P{proposed:%Y}-{n:06d}", title=f"{chance.choice(SCENES)}{chance.choice(MEANS)}{n}",
            unit=chance.choice(units[1:]), line=chance.choice(lines), proposer=chance.choice(people),
            manager=chance.choice(people), goal="办理时间由三天缩短到十分钟", asked_fen=chance.randint(3, 1200) * WAN,
            process_version=process, stage=chance.choice(stages), state=chance.choice(states),
            proposed_at=proposed, stage_since=proposed, due_on=(proposed + timedelta(days=chance.randint(30, 400))).date(),
        )  # fmt: skip

    for start in range(0, count, 5000):
        Project.objects.bulk_create(project(n) for n in range(start, min(start + 5000, count)))


def session(person, role, at) -> str:
    """Sign an account of this person in; returns the key of the session."""
    Post.objects.create(person=person, unit=at, role=role, starts="2020-01-01")
    user = User.objects.create(username=role, person=person)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[1]))))
