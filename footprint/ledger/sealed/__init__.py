"""Sealed segments: closed journals as Parquet, with a chain of manifests."""
