"""Who may use the routes of insight. A stranger walks them in tests/insight/test_pages.py."""

ACCESS = {
    "insight:followup_detail": "opportunity.view",
    "insight:followup_list": "opportunity.view",
    "insight:followup_move": "opportunity.view",
    "insight:followup_open": "opportunity.investigate",
    "insight:issue_audience": "report.edit",
    "insight:issue_detail": "report.view",
    "insight:issue_edit": "report.edit",
    "insight:issue_list": "report.view",
    "insight:issue_move": "report.edit",
    "insight:issue_open": "report.edit",
    "insight:issue_pull": "report.edit",
    "insight:issue_readers": "report.edit",
    "insight:item_choose": "item.file",
    "insight:item_detail": "item.view",
    "insight:item_edit": "item.view",
    "insight:item_import": "item.file",
    "insight:item_list": "item.view",
    "insight:item_move": "item.view",
    "insight:line_edit": "report.edit",
    "insight:line_follow_up": "opportunity.investigate",
    "insight:line_move": "report.edit",
    "insight:opportunity_conclude": "opportunity.investigate",
    "insight:opportunity_detail": "opportunity.view",
    "insight:opportunity_edit": "opportunity.view",
    "insight:opportunity_file": "opportunity.file",
    "insight:opportunity_list": "opportunity.view",
    "insight:opportunity_move": "opportunity.view",
    "insight:report_start": "report.edit",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    return {}
