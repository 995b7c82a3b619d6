"""The routes: each parses, calls one verb, stores, answers."""
