"""The bank the journeys in a browser are played in: small, with a person for each step. Made inside a running Silun by

manage.py shell -c "from tests.browser.bank import make; make()"
"""

from django.db import transaction

from apps.core import clock
from apps.core.jobs import drain
from apps.core.notices import follow
from apps.org.models import Membership, User
from apps.projects.actions import set_team
from tests.factories import PostFactory, bank, branch_group, committee, make_fund, make_project, treasury

PASSWORD = "Xing-2026-lu"
# account → (name, role, unit of the bank)
PEOPLE = {
    "officer": ("林知远", "group_member", "east"),
    "lead": ("陈晓岚", "group_lead", "east"),
    "head": ("周景行", "unit_head", "east"),
    "counter_head": ("何以宁", "unit_head", "east_counter"),
    "liaison": ("许若溪", "liaison", "east_counter"),
    "west_lead": ("沈明哲", "group_lead", "west"),
    "third_lead": ("顾书瑶", "group_lead", "third"),
    "stranger": ("陆承泽", "group_lead", "fourth"),
    "follower": ("田语安", "group_member", "fourth"),
    "reviewer1": ("韩嘉禾", "reviewer", "root"),
    "reviewer2": ("江砚秋", "reviewer", "root"),
    "reviewer3": ("范书瑶", "reviewer", "root"),
    "system": ("邹承泽", "system_admin", "root"),
}
MEMBERS = ["魏国安", "丁海平", "郑文博", "罗雪梅", "宋立群", "唐佳怡", "冯建业", "曹明远", "彭思齐"]


@transaction.atomic
def make():
    """Units, people with posts and accounts, the committee and its forum, the branch's own forum, and a fund with money."""
    house = bank()
    house.third = PostFactory().unit
    house.fourth = PostFactory().unit
    for unit, name in ((house.third, "海桥分行"), (house.fourth, "东陵分行")):
        unit.name = name
        unit.save(update_fields=["name"])
    for account, (name, role, where) in PEOPLE.items():
        enrol(PostFactory(role=role, unit=getattr(house, where)).user, account, name)
    board = committee(house.root)
    enrol(board.secretary, "secretary", "苏晓岚")
    for number, member in enumerate(board.members):
        enrol(member, f"member{number + 1}", MEMBERS[number])
    for number, officer in enumerate(board.officers):
        enrol(officer, f"department{number + 1}", ["吴若溪", "孙明哲"][number])
    group = branch_group(house.east, board.secretary)
    lead = User.objects.get(username="lead").person
    Membership.objects.create(body=group.body, person=lead, role=Membership.Role.CHAIR, starts="2020-01-01")
    money = treasury(house.root)
    for account, name in (("manager", "汪景行"), ("finance", "董以宁"), ("approver", "程国安")):
        enrol(getattr(money, account), account, name)
    make_fund(money, year=clock.today().year)
    drain()


@transaction.atomic
def tell_the_follower():
    """A project of the fourth branch, one notice about it for who follows it; gives its title and page."""
    lead, follower = (User.objects.get(username=name) for name in ("stranger", "follower"))
    project = make_project(lead)
    follow(project, [follower])
    set_team(project, [], by=lead)
    drain()
    return {"title": project.title, "page": project.get_absolute_url()}


def enrol(user, account, name):
    """Give an account its name for signing in, its password, and its person a name and a home."""
    user.username = account
    user.set_password(PASSWORD)
    user.save()
    user.person.name, user.person.unit = name, user.person.posts.get().unit
    user.person.save(update_fields=["name", "unit"])
