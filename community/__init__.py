"""Who is who: creators and their avatars, accounts and roles, fans and their identities."""
