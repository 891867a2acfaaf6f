"""Wording: a model writes the answer from the passages; nothing of it leaves before it was checked."""
