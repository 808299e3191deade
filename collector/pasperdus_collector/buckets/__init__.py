"""What was counted, by quarter-hour and by local day, kept in the ledger's own transactions."""
