"""The pages of creators, moderators and operators. What they show and do is the rooms' business, by their services."""
