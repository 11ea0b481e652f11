"""Pages: a ledger's books, one page for each boot and UTC day, which add up."""
