"""Word lists and tables that the retrieval engine reads; no code."""
