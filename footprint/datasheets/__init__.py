"""Datasheets: from ledgers to documents that travel with a model.

make        ledgers or a report, a model's name and what its owner gave -> a view, a document
base        the model that it was fine-tuned from, of the same ledgers
metrics     a metrics file (metric_forms: what other programs write)
sheet       a sheet file: what its owner states; baseline, drift: figures against earlier ones
formats     which format a document is in
into        puts figures into an existing file, all of it or nothing
check       holds a document's figures against the ledger
"""
