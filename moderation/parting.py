"""An avatar leaves a platform: what was still to be done there is not done, and who waits for it hears so."""

from typing import Final

from kernel.db import UnitOfWork
from moderation import actions_repository as actions
from moderation import appeals, repository, rules_repository
from moderation.types import Ended

REMOVED: Final = "removed"


async def give_up(uow: UnitOfWork, connection_id: int) -> None:
    """Let what waits to be done on a connection fail, and nobody be put out for want of an answer.

    An appeal whose case was to be taken back waits for a person once more.
    """
    await rules_repository.close_all_captchas(uow, connection_id)
    for row in await actions.give_up(uow, connection_id, REMOVED):
        if row.case_id is None:
            continue
        await repository.case(uow, row.case_id, hold=True)
        if row.undoes:
            await appeals.carried_out(uow, row.case_id, row.id, Ended("failed", REMOVED))
        else:
            await repository.end_case(uow, row.case_id, "failed", REMOVED)
