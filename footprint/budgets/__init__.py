"""Budgets: limits on what work may use, held against a report or a running process."""
