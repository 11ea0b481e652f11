"""The ledger: a directory of append-only journals of facts (docs/reference/ledger.md)."""
