"""How few ratings are never told (decision 11): one number, for releasing and for comparing.

Blocks are closed by :mod:`pasperdus_collector.release`; nothing here reads a ledger.
"""

LEAST_RATINGS = 11
"""Of a block, and of whatever else is told apart: fewer, as of a quiet day, are not seen alone."""
