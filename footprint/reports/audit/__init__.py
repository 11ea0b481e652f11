"""What an auditor asks of a report beside its figures."""
