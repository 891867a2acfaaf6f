"""What the avatar knows: importing a creator's content, indexing it, recalling passages from it."""

import kernel as kernel  # before the libraries below this room, which report unless told not to
