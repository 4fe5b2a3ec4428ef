"""What ledger_verify asks of incentives."""

from apps.ledger.verify import rows, verifies


@verifies("Each award of points has its transaction, and by hand only with an approved request")
def awards_are_in_the_ledger():
    for key, points, booked, state in rows(
        """SELECT w.key, w.points, COALESCE(l.amount, 0), r.state
             FROM incentives_award w
             JOIN incentives_pointholder h ON h.id = w.holder_id
             LEFT JOIN ledger_transaction t ON t.key = w.key
             LEFT JOIN ledger_leg l ON l.transaction_id = t.id AND l.account_id = h.account_id
             LEFT JOIN org_request r ON r.id = w.request_id
            WHERE l.amount IS NULL OR l.amount <> w.points OR (w.request_id IS NOT NULL AND r.state <> 'approved')
            ORDER BY w.id"""
    ):
        yield f"award {key}: {points} given, {booked} booked, request {state}"


@verifies("Each holder's points are the balance of the account")
def holders_show_their_balance():
    for person, points, balance in rows(
        """SELECT h.person_id, h.points, a.balance FROM incentives_pointholder h JOIN ledger_account a ON a.id = h.account_id
            WHERE h.points <> a.balance ORDER BY h.id"""
    ):
        yield f"person {person}: shown {points}, booked {balance}"
