"""The path from an empty collector to the first passage seen live."""
