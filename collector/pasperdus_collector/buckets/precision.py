"""To how many decimals figures are kept: so that the same figure is the same number everywhere."""

PRECISION = 4  # of shares, persons and minutes
