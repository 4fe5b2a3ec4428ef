from apps.review.actions.consultation import answer_opinion, ask_opinions, give_opinion
from apps.review.actions.forum import change_forum, set_up_forum
from apps.review.actions.meeting import (
    call_meeting,
    call_roll,
    cast_vote,
    close_ballot,
    close_meeting,
    open_ballot,
)
from apps.review.actions.minutes import draft_minutes, edit_minutes, issue_minutes
from apps.review.actions.round import (
    assign,
    assign_all,
    close_round,
    declare,
    open_round,
    save_scores,
    submit_scores,
)

__all__ = [
    "answer_opinion",
    "ask_opinions",
    "assign",
    "assign_all",
    "call_meeting",
    "call_roll",
    "cast_vote",
    "change_forum",
    "close_ballot",
    "close_meeting",
    "close_round",
    "declare",
    "draft_minutes",
    "edit_minutes",
    "give_opinion",
    "issue_minutes",
    "open_ballot",
    "open_round",
    "save_scores",
    "set_up_forum",
    "submit_scores",
]
