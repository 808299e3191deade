"""To how many decimals figures are kept: so that the same figure is the same number everywhere."""

PRECISION = 4  # of shares, corrected counts and minutes
PEOPLE = 2  # of people inside, a mean
