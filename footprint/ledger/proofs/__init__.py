"""Proofs: what a ledger is now (`head`), whether it is whole (`verify`), and who says so (`sign`)."""
