"""PostgreSQL goes back to a moment between two commits: the first is there, the second is not, and all that was before holds."""

import json
import subprocess
import time

import psycopg
import pytest

from tests.faults.filled import rows
from tests.faults.servers import ArchivingPostgreSQL
from tests.live import LiveStack

pytestmark = pytest.mark.faults

REPORT = """
from apps.core.attachments import attach
from apps.core.jobs import drain
from apps.core.sealing import seal_all
from apps.org.models import User
from tests.factories import make_opportunity
liaison = User.objects.get(username="liaison")
thing = make_opportunity(liaison, liaison.standing[0].unit, title="{title}")
attach(thing, b"photo", by=liaison, name="照片.jpg", media_type="image/jpeg")
drain()
seal_all()
"""
TITLES = """
import json
from apps.insight.models import Opportunity
rows = Opportunity.objects.unscoped("a test").filter(title__in=["first", "second"])
print(json.dumps([row.title for row in rows.order_by("pk")]))
"""
FILES = """
import json
from django.conf import settings
from apps.core.models import Attachment
gone = [a.pk for a in Attachment.objects.all() if not (settings.MEDIA_ROOT / a.file.name).is_file()]
print(json.dumps(gone))
"""


@pytest.fixture
def archiving(made):
    cluster, _siluns = made
    server = ArchivingPostgreSQL(cluster)
    server.start()
    yield server
    server.close()


@pytest.fixture
def stack(archiving, made, tmp_path):
    stack = LiveStack(tmp_path / "var", postgresql_url=archiving.url, copy_of=made[1]["postgresql"])
    yield stack
    stack.stop()


def asked(stack, code):
    return json.loads(stack.manage("shell", "-v0", "-c", code))


def moment(server) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        return connection.execute("SELECT clock_timestamp()::text").fetchone()[0]


def test_a_cluster_goes_back_to_the_moment_between_two_commits(archiving, stack, record_property):
    began = time.monotonic()
    archiving.base_backup()
    based = time.monotonic() - began
    stack.manage("shell", "-v0", "-c", REPORT.format(title="first"))
    before, then = rows(stack), moment(archiving)
    time.sleep(1)
    stack.manage("shell", "-v0", "-c", REPORT.format(title="second"))
    assert (asked(stack, TITLES), rows(stack) != before) == (["first", "second"], True)
    archiving.archive_all()

    archiving.kill()
    began = time.monotonic()
    archiving.restore_to(then)
    restored = time.monotonic() - began

    record_property("restore to a moment: rows", sum(rows(stack).values()))
    record_property("restore to a moment: minutes of the base backup", based / 60)
    record_property("restore to a moment: minutes to restore", restored / 60)
    assert (asked(stack, TITLES), rows(stack)) == (["first"], before)
    assert asked(stack, FILES) == []
    stack.manage("migrate", "--check")
    stack.manage("ledger_verify")
    # The checkpoints outside vouch for what came after: the journal says that it was cut off. They are put away as evidence.
    with pytest.raises(subprocess.CalledProcessError) as failure:
        stack.manage("journal_verify")
    sealed = before["core_seal"]
    assert f"seal {sealed}: the tail was cut off; a checkpoint vouches for seal " in failure.value.stdout
    outside = stack.folder / "checkpoints" / "checkpoints.jsonl"
    outside.rename(outside.with_name("checkpoints.before-restore.jsonl"))
    stack.manage("journal_verify")
    # It is a bank to work with: what is done from now on is sealed, and verifies.
    stack.manage("shell", "-v0", "-c", REPORT.format(title="second"))
    stack.manage("journal_verify")
    assert asked(stack, TITLES) == ["first", "second"]
