"""The page *Parc*: how each node is, what it misses, and how well its doors count."""
