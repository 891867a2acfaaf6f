"""Signing in to the admin web, and what each role may do there."""
