"""The pages of creators, moderators and operators. What they show and do, the rooms' services know."""
