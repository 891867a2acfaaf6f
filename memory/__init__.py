"""What the avatar knows: importing a creator's content, indexing it, recalling passages from it."""
