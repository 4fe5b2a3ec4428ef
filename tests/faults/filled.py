"""A small bank with files in it: what is backed up, restored, taken back in time and upgraded.

SILUN_BANK=demo takes the whole demo bank instead.
"""

import json
import os

COUNT = """
import json
from apps.core.databases import row_counts
print(json.dumps(row_counts()))
"""
SMALL_BANK = """
from tests.browser.bank import make
from apps.core.attachments import attach
from apps.core.journal import record
from apps.core.jobs import drain
from apps.core.sealing import seal_all
from apps.org.models import User
from tests.factories import make_opportunity
make()
liaison = User.objects.get(username="liaison")
for number in range(20):
    thing = make_opportunity(liaison, liaison.standing[0].unit, title=f"线索{number}")
    attach(thing, f"照片{number}".encode() * 5000, by=liaison, name=f"照片{number}.jpg", media_type="image/jpeg")
drain()
seal_all()
"""


def fill(stack):
    """Make the tables, and the bank in them."""
    stack.manage("migrate", "--no-input", "--verbosity=0")
    if os.environ.get("SILUN_BANK") == "demo":
        stack.manage("demo")
    else:
        stack.manage("shell", "-v0", "-c", SMALL_BANK)


def rows(stack) -> dict:
    """table → rows"""
    return json.loads(stack.manage("shell", "-v0", "-c", COUNT))
