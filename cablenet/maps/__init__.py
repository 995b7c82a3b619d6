"""Pictures of a network: a printed map and an interactive one."""
