"""What must be said beside a figure: bits, because InfluxDB and its kin keep numbers best."""

IMPORTED = 1  # some of it was imported, not measured
CLIPPED = 2  # occupancy fell below zero and was put at zero
PROVISIONAL = 4  # the day is not closed: not bridged yet
UNBRIDGED = 8  # a gap before the close: the counts' drift could not be spread
GAP = 16  # some of it is unknown
UNSURE = 32  # a stay whose propagated error is too great; waits of which a fifth never closed
FEW = 64  # too few visits to tell
MASKED = 128  # left out by the masks of the question
NAMES: dict[int, str] = {
    IMPORTED: "imported",
    CLIPPED: "clipped",
    PROVISIONAL: "provisional",
    UNBRIDGED: "unbridged",
    GAP: "gap",
    UNSURE: "unsure",
    FEW: "few",
    MASKED: "masked",
}


def names(flags: int) -> list[str]:
    """Return the names of the bits that are set."""
    return [name for bit, name in NAMES.items() if flags & bit]
