"""Layers of networks and results, in the words of OGC API - Features; nothing of HTTP."""
