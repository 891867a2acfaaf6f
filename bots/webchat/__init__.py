"""The web chat at `/c/{avatar}`: a platform like the others, whose wire is our own page."""
