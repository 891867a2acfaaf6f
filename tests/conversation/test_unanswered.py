"""Questions without an answer are listed for the creator to answer; a cry for help is none."""

from conversation import unanswered
from kernel.db import Database
from tests.conversation.stand_ins import answer
from tests.factories.people import Home


async def test_nobody_is_asked_to_write_an_answer_to_a_cry_for_help(db: Database, home: Home) -> None:
    """Not even to one that a list which has grown since didn't know."""
    await answer(db, home, "declined - why is soot black?", "crisis - help", "declined - عايز اموت")
    async with db.uow(home.creator_id) as uow:
        asked = await unanswered.unanswered(uow, home.avatar.id)
    assert [each.text for each in asked] == ["declined - why is soot black?"]
