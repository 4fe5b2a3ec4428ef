"""What ledger_verify asks of allocation: no money of a fund or project moves without an approved request of its own."""

from apps.ledger.verify import rows, verifies


@verifies("Each movement of a fund or a project's money has an approved request of different people")
def money_moves_by_approved_requests():
    for key, because in rows(
        """SELECT DISTINCT t.key, t.because_of
             FROM ledger_transaction t
             JOIN ledger_leg l ON l.transaction_id = t.id
             JOIN ledger_account a ON a.id = l.account_id
             LEFT JOIN org_request r ON t.because_of = 'org.Request:' || r.id
             LEFT JOIN ledger_reservation set_aside ON set_aside.transaction_id = t.id
             LEFT JOIN ledger_resolution ended ON ended.transaction_id = t.id
            WHERE (a.code LIKE 'fund:%' OR a.code LIKE 'project:%')
              AND (r.id IS NULL
                   OR set_aside.id IS NULL AND COALESCE(ended.outcome, '') <> 'released'
                      AND (r.state <> 'approved' OR r.checker_id IS NULL OR r.checker_id = r.maker_id)
                   OR ended.outcome = 'released' AND r.state NOT IN ('declined', 'withdrawn'))
            ORDER BY t.key"""
    ):
        yield f"transaction {key}: no approved request behind {because or 'it'}"


@verifies("What is set aside of a fund waits for the decision of a request")
def reserved_money_waits_for_a_decision():
    for key, because in rows(
        """SELECT t.key, t.because_of
             FROM ledger_reservation v
             JOIN ledger_transaction t ON t.id = v.transaction_id
             JOIN ledger_account a ON a.id = v.account_id
             LEFT JOIN ledger_resolution ended ON ended.reservation_id = v.id
             LEFT JOIN org_request r ON t.because_of = 'org.Request:' || r.id
            WHERE a.code LIKE 'fund:%' AND ended.id IS NULL
              AND (r.id IS NULL OR r.state NOT IN ('waiting', 'confirmed'))
            ORDER BY t.key"""
    ):
        yield f"reservation {key}: nothing waits behind {because or 'it'}"


@verifies("Each commitment is what its project's accounts were given")
def commitments_are_in_the_ledger():
    for project, promised, booked in rows(
        """SELECT c.project_id, c.technology_fen + c.marketing_fen + c.people_fen, COALESCE(SUM(a.balance), 0)
             FROM allocation_commitment c
             LEFT JOIN ledger_account a ON a.code LIKE 'project:' || c.project_id || ':%'
            GROUP BY c.project_id, c.technology_fen, c.marketing_fen, c.people_fen
           HAVING COALESCE(SUM(a.balance), 0) <> c.technology_fen + c.marketing_fen + c.people_fen
            ORDER BY c.project_id"""
    ):
        yield f"project {project}: committed {promised}, its accounts hold {booked}"
