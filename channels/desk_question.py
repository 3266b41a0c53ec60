"""How a proposal of staff stands in the staff channel: before the owner decides, and after.

Pure. jobs/question_making.py has it drawn.
"""

from __future__ import annotations

from bot.store.knowledge_proposals import Proposal
from channels.desk_blocks import Block, actions, button, context, escape, moment, quoted, section

APPROVE, EDIT, DISMISS = "approve_proposal", "edit_proposal", "dismiss_proposal"
HEADS = {
    "wrong": "A wrong answer, corrected",
    "better": "A better-worded answer",
    "unanswered": "A question that no article answered",
}


def question_post(
    proposal: Proposal, proposer: str, doubts: tuple[str, ...]
) -> tuple[str, list[Block]]:
    """The line for notifications, and the blocks."""
    head = HEADS[proposal.cause]
    blocks = [
        section(f"*{head}* · proposed by {escape(proposer)}"),
        section(f"Asked\n{quoted(proposal.question)}"),
        section(f"To be answered ({escape(proposal.language)})\n{quoted(proposal.answer)}"),
    ]
    if proposal.status == "open":
        blocks += [context(f":warning: {escape(doubt)}") for doubt in doubts]
        blocks.append(_buttons(str(proposal.id)))
    else:
        blocks.append(context(_decided(proposal)))
    return f"{head}: {proposal.question}", blocks


def _buttons(proposal_id: str) -> Block:
    return actions(
        [
            button(APPROVE, "Approve", value=proposal_id, style="primary"),
            button(EDIT, "Edit and approve", value=proposal_id),
            button(
                DISMISS,
                "Dismiss",
                value=proposal_id,
                confirm="Nobody will be taught this. The correction stays in the records.",
            ),
        ],
        block="proposal",
    )


def _decided(proposal: Proposal) -> str:
    by = escape(proposal.decided_by or "somebody")
    at = moment(proposal.decided_at) if proposal.decided_at else ""
    if proposal.status == "dismissed":
        return f"Dismissed by {by} {at}".strip()
    if proposal.status == "live":
        return f":white_check_mark: Live since {at}, approved by {by} · `{proposal.article}`"
    return f":hourglass: Approved by {by} {at}; it goes live in a moment"
