"""Proofs: what a ledger's head is, whether anything behind it was changed, and who signed it."""
