from apps.core.triggers import append_only
from apps.ledger.models import Account, Leg, Reservation, Resolution, Transaction

append_only(Account, allow_update=("balance",))
append_only(Transaction)
append_only(Leg)
append_only(Reservation)
append_only(Resolution)
