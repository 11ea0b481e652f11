"""Factors from outside the package: own files, live providers, pins in a ledger."""
