"""The only door of the ledger: open an account, post, reserve, commit, release, reverse.

Every action is atomic, safe to repeat with the same key, and works on SQLite and PostgreSQL. A caller that posts several times
in one database transaction should do so in one order everywhere, or PostgreSQL may break a deadlock by ending one of them;
within one posting the order is fixed here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.verdict import Refused
from apps.ledger.content import SEPARATOR, content_hash
from apps.ledger.measures import Measure
from apps.ledger.models import LIMIT, Account, Leg, Reservation, Resolution, Transaction

CODE = re.compile(r"[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*")
RESERVED = ":reserved"


class KeyReused(Exception):
    """A key was used before, with other content. It is an error of the program, and nothing a person can act on."""


def account(code: str, *, measure: Measure | str, floor: int | None = None, owner=None) -> Account:
    """The account of this code, opened empty if there is none yet.

    `floor` is the least it may hold, in the units of `measure`: 0 for what must not be overdrawn, None for a source without end.
    `owner` is the row it lies with, which says who sees it; None for the bank's own.
    Raises ValueError if the code is malformed, or the account exists with another measure, floor or owner.
    """
    room = _longest(Account, "code") - len(RESERVED)
    if not CODE.fullmatch(code) or code.endswith(RESERVED) or len(code) > room:
        raise ValueError(f"Not a code of an account: {code!r}")
    found = _open(code, measure=Measure(measure), floor=floor, **_whose(owner))
    if (found.measure, found.floor) != (Measure(measure), floor):
        raise ValueError(
            f"{code} is in {found.measure} with floor {found.floor}, not in {measure} with floor {floor}."
        )
    if (found.owner_type_id, found.owner_id) != tuple(_whose(owner).values()):
        raise ValueError(f"{code} lies with somebody else.")
    return found


def balance(code: str) -> int:
    """What the account holds now, in the units of its measure; nought if it was never opened. What is reserved is not in it."""
    return Account.objects.filter(code=code).values_list("balance", flat=True).first() or 0


def reserved(code: str) -> int:
    """What is set aside from the account and neither committed nor released."""
    return Account.objects.filter(reserve_of__code=code).values_list("balance", flat=True).first() or 0


@transaction.atomic
def post(key: str, legs: Iterable, *, by=None, because_of: str = "", memo: str = "") -> Transaction:
    """Move whole units between accounts: `legs` are (account or code, amount), which sum to nought in one measure.

    The same key with the same legs, reason and memo gives the first transaction and moves nothing again, whoever repeats it;
    with anything else it raises KeyReused. Raises Refused if an account would fall below its floor, LookupError for an unknown
    code, TypeError for an amount that is no int, and ValueError for legs that do not balance.
    """
    moves = _moves(legs)
    if owner := next((found for found, _amount in moves if found.reserve_of_id), None):
        raise ValueError(f"{owner} moves by reserve, commit and release alone.")
    return _post(key, moves, by=by, because_of=because_of, memo=memo)


@transaction.atomic
def reserve(key: str, account: Account | str, amount: int, *, by=None, because_of="", memo="") -> Reservation:
    """Set `amount` aside from the account, so that nobody else can spend it, until it is committed or released.

    Raises Refused if the account has too little, and what `post` raises.
    """
    (taken_from,) = _found([account])
    if taken_from.reserve_of_id:
        raise ValueError(f"{taken_from} is itself reserved.")
    if amount <= 0:
        raise ValueError("Reserve something.")
    _endings_fit(key)
    held = _open(
        taken_from.code + RESERVED,
        measure=taken_from.measure,
        floor=0,
        reserve_of=taken_from,
        owner_type_id=taken_from.owner_type_id,
        owner_id=taken_from.owner_id,
    )
    posted = _post(
        key, _moves([(taken_from, -amount), (held, amount)]), by=by, because_of=because_of, memo=memo
    )
    return Reservation.objects.get_or_create(
        transaction=posted, defaults={"account": taken_from, "amount": amount}
    )[0]


@transaction.atomic
def commit(reservation: Reservation, legs: Iterable, *, by=None, because_of="", memo="") -> Transaction:
    """Spend a reservation: `legs` say where to, and sum to at most what was reserved. The rest goes back to the account.

    Raises Refused if it was released already, or if the legs ask for more than was reserved; KeyReused if it was committed
    already with other legs. Committed already with the same legs, it gives the first transaction.
    """
    held = _to_resolve(reservation, Resolution.Outcome.COMMITTED)
    moves = _moves(legs, balanced=False)
    spent = sum(amount for _account, amount in moves)
    if spent <= 0:
        raise ValueError("Commit something, or release the reservation.")
    if spent > reservation.amount:
        raise Refused(
            _("%(asked)s is more than the %(reserved)s that were reserved.")
            % {"asked": held.shown(spent), "reserved": held.shown(reservation.amount)}
        )
    moves.append((held, -reservation.amount))
    if spent < reservation.amount:
        moves.append((reservation.account, reservation.amount - spent))
    return _resolve(reservation, Resolution.Outcome.COMMITTED, moves, by=by, because_of=because_of, memo=memo)


@transaction.atomic
def release(reservation: Reservation, *, by=None, because_of="", memo="") -> Transaction:
    """Give a reservation back to its account, whole. Raises Refused if it was committed already; twice is once."""
    held = _to_resolve(reservation, Resolution.Outcome.RELEASED)
    moves = [(held, -reservation.amount), (reservation.account, reservation.amount)]
    return _resolve(reservation, Resolution.Outcome.RELEASED, moves, by=by, because_of=because_of, memo=memo)


@transaction.atomic
def reverse(wrong: Transaction, key: str, *, by=None, because_of="", memo="") -> Transaction:
    """Correct a transaction by its opposite, once. What a commit took from a reserve goes back to the account it was reserved from.

    Raises Refused if it was reversed already, if what it gave is spent, or if it only reserved or released.
    """
    back: defaultdict[Account, int] = defaultdict(int)
    for leg in wrong.legs.select_related("account__reserve_of"):
        back[leg.account.reserve_of or leg.account] -= leg.amount
    moves = [(account, amount) for account, amount in back.items() if amount]
    if not moves:
        raise Refused(_("This only set something aside; commit or release the reservation instead."))
    return _post(key, _moves(moves), by=by, because_of=because_of, memo=memo, reverses=wrong)


def _endings_fit(key):
    """A reservation that could not be ended for the length of its key must not begin."""
    longest = max(len(f"{key}:{outcome}") for outcome in Resolution.Outcome)
    if longest > _longest(Transaction, "key"):
        raise ValueError("The key of the reservation is too long.")


def _longest(model, name) -> int:
    """How many characters a column holds."""
    return model._meta.get_field(name).max_length


def _open(code, **values) -> Account:
    """get_or_create bears the race: the loser of the unique code reads the winner's row."""
    return Account.objects.get_or_create(code=code, defaults=values)[0]


def _whose(owner) -> dict:
    if owner is None:
        return {"owner_type_id": None, "owner_id": None}
    return {"owner_type_id": ContentType.objects.get_for_model(owner).pk, "owner_id": owner.pk}


def _found(accounts: list[Account | str]) -> list[Account]:
    """The accounts, given as such or by code, with one query for all the codes. Raises LookupError."""
    codes = [given for given in accounts if isinstance(given, str)]
    by_code = {found.code: found for found in Account.objects.filter(code__in=codes)} if codes else {}
    if missing := set(codes) - set(by_code):
        raise LookupError(f"No such account: {', '.join(sorted(missing))}")
    return [by_code[given] if isinstance(given, str) else given for given in accounts]


def _moves(legs, *, balanced=True) -> list[tuple[Account, int]]:
    """The legs with their accounts. Raises TypeError and ValueError for what no ledger may hold."""
    legs = list(legs)
    moves = list(
        zip(_found([given for given, _amount in legs]), [amount for _account, amount in legs], strict=True)
    )
    for found, amount in moves:
        if type(amount) is not int:
            raise TypeError(f"{found}: {amount!r} is no whole number of {found.measure}.")
        if amount == 0:
            raise ValueError(f"{found}: a leg of nought.")
    if len({found.pk for found, _amount in moves}) < len(moves):
        raise ValueError("Two legs of one account; add them up.")
    if len({found.measure for found, _amount in moves}) > 1:
        raise ValueError("Legs in several measures.")
    if balanced and (len(moves) < 2 or sum(amount for _account, amount in moves) != 0):
        raise ValueError("The legs do not sum to nought.")
    return moves


def _post(key, moves, *, by, because_of, memo, reverses=None) -> Transaction:
    content = {
        "key": key,
        "memo_code": memo,
        "because_of": because_of,
        "reverses_id": reverses and reverses.pk,
        "legs": [(account.pk, amount) for account, amount in moves],
    }
    for name in ("key", "memo_code", "because_of"):
        if SEPARATOR in content[name] or len(content[name]) > _longest(Transaction, name):
            raise ValueError(f"{name} is too long, or has more than one line.")
    if not key:
        raise ValueError("A transaction needs a key.")
    if first := Transaction.objects.filter(key=key).first():
        return _replay(first, content)
    at, by_id = clock.now(), by and by.pk
    try:
        with transaction.atomic():
            # First the key: whoever comes second waits here on PostgreSQL, and finds the first one's transaction.
            posted = Transaction.objects.create(
                key=key,
                content_hash=content_hash(at=at, by_id=by_id, **content),
                at=at,
                by_id=by_id,
                memo_code=memo,
                because_of=because_of,
                reverses=reverses,
            )
    except IntegrityError:
        if first := Transaction.objects.filter(key=key).first():
            return _replay(first, content)
        if reverses and Transaction.objects.filter(reverses=reverses).exists():
            raise Refused(_("This was corrected already.")) from None
        raise
    for account, amount in sorted(moves, key=lambda move: move[0].pk):
        _move(account, amount)
    Leg.objects.bulk_create(
        Leg(transaction=posted, account=account, amount=amount) for account, amount in moves
    )
    return posted


def _replay(first: Transaction, content: dict) -> Transaction:
    """Who and when are not compared: a job may run again later, by another hand."""
    if first.content_hash != content_hash(at=first.at, by_id=first.by_id, **content):
        raise KeyReused(f"{first.key} was posted before, with other content.")
    return first


def _move(account: Account, amount: int) -> None:
    """One conditional UPDATE: the database looks and changes in one step, so that of two takers of the last unit one is refused."""
    if amount > 0:
        stays_within = Q(balance__lte=LIMIT - amount)
    else:
        stays_within = Q(balance__gte=-LIMIT - amount) & (Q(floor=None) | Q(balance__gte=F("floor") - amount))
    fits = abs(amount) <= LIMIT
    if fits and Account.objects.filter(stays_within, pk=account.pk).update(balance=F("balance") + amount):
        return
    account.refresh_from_db(fields=["balance"])
    if amount > 0 or account.floor is None:
        raise Refused(_("%(account)s cannot hold that much.") % {"account": account.name})
    raise Refused(
        _("%(account)s has %(left)s left; %(asked)s is too much.")
        % {
            "account": account.name,
            "left": account.shown(account.balance - account.floor),
            "asked": account.shown(-amount),
        }
    )


def _to_resolve(reservation: Reservation, outcome) -> Account:
    """Lock the reservation, refuse another ending than the one it had, and give the reserve it lies in."""
    Reservation.objects.select_for_update(no_key=True).get(pk=reservation.pk)
    ended = Resolution.objects.filter(reservation=reservation).first()
    if ended and ended.outcome != outcome:
        raise Refused(
            _("This reservation was released already.")
            if ended.outcome == Resolution.Outcome.RELEASED
            else _("This reservation was committed already.")
        )
    return Account.objects.get(reserve_of=reservation.account_id)


def _resolve(reservation, outcome, moves, **words) -> Transaction:
    """Post the ending. Were it not for the lock, the row unique to the reservation would still stop a second one."""
    posted = _post(f"{reservation.key}:{outcome}", _moves(moves), **words)
    Resolution.objects.get_or_create(
        reservation=reservation, transaction=posted, defaults={"outcome": outcome}
    )
    return posted
