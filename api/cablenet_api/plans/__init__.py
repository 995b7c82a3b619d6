"""Contingency plans that several parties write, sign, activate and learn from.

Frozen values and plain functions: no web, no database, no clock. Times and actors are arguments.
"""
