"""From the register and the series of a site to what a comparison is computed from."""
