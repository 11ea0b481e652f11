"""Datasheets: from ledgers to documents that travel with a model.

make        ledgers, a model's name and what its owner gave -> a document
into        puts it into an existing file, all of it or nothing
check       holds a document's figures against the ledger
"""
