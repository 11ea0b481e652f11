"""Proofs: what a ledger is now (`head`), whether it is whole (`verify`), who says so (`sign`)."""
