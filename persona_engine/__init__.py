"""How the avatar speaks: its style, its quoting answer, and the trace of every decision."""
