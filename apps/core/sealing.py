"""Seals: a hash chain over the journal, kept apart from it, with signed checkpoints outside the database."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from apps.core import clock
from apps.core.models import Checkpoint, Entry, Seal

BATCH = 5000
START = "0" * 64
# Lines committed late have lower ids than the last sealed; each pass looks this far back, and the hourly one at all.
LOOK_BACK = 100_000


def canonical(entry: Entry) -> bytes:
    """The line as bytes, the same on every database."""
    kind = ContentType.objects.get_for_id(entry.subject_type_id)
    fields = {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": entry.by_id,
        "person": entry.person,
        "on_behalf_of": entry.on_behalf_of,
        "verb": entry.verb,
        "version": entry.version,
        "subject": f"{kind.app_label}.{kind.model}:{entry.subject_id}",
        "data": entry.data,
    }
    return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def link(previous: str, entry: Entry) -> str:
    return hashlib.sha256(previous.encode() + canonical(entry)).hexdigest()


def signature(seq: int, head: str) -> str:
    return hmac.new(settings.CHECKPOINT_KEY.encode(), f"{seq}:{head}".encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def seal_batch(everything: bool = False) -> int:
    """Seal up to 5,000 unsealed lines in the order of their ids, under a lock. Returns how many."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('silun.seal'))")
    last = Seal.objects.order_by("-seq").first()
    seq, head = (last.seq, last.hash) if last else (0, START)
    unsealed = Entry.objects.filter(seal=None)
    if last and not everything:
        unsealed = unsealed.filter(pk__gt=last.entry_id - LOOK_BACK)
    seals = []
    for entry in unsealed.order_by("pk")[:BATCH]:
        seq, head = seq + 1, link(head, entry)
        seals.append(Seal(seq=seq, entry=entry, hash=head))
    Seal.objects.bulk_create(seals, batch_size=500)
    if seals:
        point = Checkpoint.objects.create(seq=seq, hash=head, signature=signature(seq, head))
        transaction.on_commit(lambda: _write_outside(point))
    return len(seals)


def _write_outside(point: Checkpoint) -> None:
    settings.CHECKPOINT_DIR.mkdir(parents=True, exist_ok=True)
    line = {"seq": point.seq, "hash": point.hash, "at": point.at.isoformat(), "signature": point.signature}
    with open(settings.CHECKPOINT_DIR / "checkpoints.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def seal_all(everything: bool = False) -> int:
    total = 0
    while done := seal_batch(everything):
        total += done
    return total


@dataclass
class Report:
    """What the verification found: `problems` in the order of the chain, the first bad line first."""

    sealed: int
    unsealed: int
    problems: list[str]


def verify() -> Report:
    """Walk the chain, then hold it against the checkpoints inside and outside the database."""
    problems: list[str] = []
    heads = {point.seq: point for point in Checkpoint.objects.all()}
    outside = {point["seq"]: point["hash"] for point in _read_outside(problems)}
    expected, head, count, vouched = 1, START, 0, 0
    seals = Seal.objects.order_by("seq").values_list("seq", "entry_id", "hash")
    for chunk in _chunks(seals.iterator(chunk_size=2000), 2000):
        entries = Entry.objects.in_bulk([entry_id for _seq, entry_id, _hash in chunk])
        for seq, entry_id, stored in chunk:
            count += 1
            if seq != expected:
                problems.append(
                    f"seal {expected}: missing; a line was removed before journal line {entry_id}"
                )
                expected = seq
            expected += 1
            entry = entries.get(entry_id)
            if entry is None:
                problems.append(f"journal line {entry_id} (seal {seq}): removed")
            elif link(head, entry) != stored:
                problems.append(f"journal line {entry_id} (seal {seq}): changed, inserted or out of order")
            head = stored
            points = {"database": heads[seq].hash if seq in heads else "", "file": outside.get(seq, "")}
            for place in (place for place, hash_ in points.items() if hash_ not in ("", stored)):
                problems.append(
                    f"journal line {entry_id} (seal {seq}): the chain differs from its checkpoint in the {place};"
                    f" it was hashed anew somewhere from seal {vouched + 1} on"
                )
            if stored in points.values():
                vouched = seq
    last = expected - 1
    for seq in sorted(set(heads) | set(outside)):
        if seq > last:
            problems.append(f"seal {last}: the tail was cut off; a checkpoint vouches for seal {seq}")
            break
    for seq, point in sorted(heads.items()):
        if not hmac.compare_digest(signature(seq, point.hash), point.signature):
            problems.append(f"checkpoint {seq}: its signature is false")
    unsealed = Entry.objects.filter(seal=None)
    if old := unsealed.filter(at__lt=clock.now() - timedelta(minutes=1)).order_by("pk").first():
        problems.append(f"journal line {old.pk}: unsealed for more than a minute")
    return Report(count, unsealed.count(), problems)


def _read_outside(problems):
    file = settings.CHECKPOINT_DIR / "checkpoints.jsonl"
    if not file.exists():
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            point = json.loads(line)
            good = hmac.compare_digest(signature(point["seq"], point["hash"]), point["signature"])
        except (ValueError, KeyError, TypeError):
            good = False
        if good:
            yield point
        else:
            problems.append(f"checkpoint file, line {number}: its signature is false")


def _chunks(rows, size):
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
