"""Slow twins: the same scores in plain networkx and brute force, written from the definitions."""
