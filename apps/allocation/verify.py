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
            WHERE (a.code LIKE 'fund:%' OR a.code LIKE 'project:%')
              AND (r.id IS NULL OR r.state <> 'approved' OR r.checker_id IS NULL OR r.checker_id = r.maker_id)
            ORDER BY t.key"""
    ):
        yield f"transaction {key}: no approved request behind {because or 'it'}"


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
