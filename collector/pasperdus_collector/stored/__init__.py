"""What the ledger keeps, why, for how long and for whom: declared field by field, and counted."""
