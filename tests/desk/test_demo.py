import pytest
from django.core.management import CommandError, call_command

from apps.core.sealing import verify
from apps.insight.models import Issue, Item, Opportunity
from apps.org.models import User
from apps.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outside(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path


def test_the_demo_bank_has_an_account_for_every_role_and_things_in_several_states(client, capsys):
    call_command("demo")

    assert "secretary" in capsys.readouterr().out
    lead = User.objects.get(username="lead")
    assert {p.state for p in Project.objects.visible_to(lead)} == {"draft", "active"}
    assert {o.state for o in Opportunity.objects.visible_to(lead)} == {
        "filed",
        "investigating",
        "held",
        "taken_up",
    }
    assert (Item.objects.visible_to(lead).count(), Issue.objects.visible_to(lead).count()) == (5, 1)
    assert verify().problems == []
    client.force_login(lead)
    for path in ("/", "/projects/", "/search/?q=订烟贷", "/insight/items/"):
        assert client.get(path).status_code == 200, path
    with pytest.raises(CommandError):
        call_command("demo")


def test_the_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("demo")
