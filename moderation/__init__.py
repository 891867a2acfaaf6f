"""Keeping order in a creator's groups: cases, what is done about them on a platform, and how it is undone."""
