"""Who may what: organisations, members, roles, tokens."""
