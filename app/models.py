"""Every room's tables, imported in one place so that migrations see them all."""

import bots.discord.models
import bots.models
import bots.telegram.models
import community.models
import conversation.models
import memory.models
import moderation.models
import persona_engine.boundaries.models
import persona_engine.character.models
import persona_engine.drafting.models
import persona_engine.learning.models
import persona_engine.models
import persona_engine.trials.models
import persona_engine.wording.models

__all__ = ["bots", "community", "conversation", "memory", "moderation", "persona_engine"]
