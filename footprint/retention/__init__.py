"""Retention: single calls of old dates give way to hourly groups, as an entry of the ledger."""
