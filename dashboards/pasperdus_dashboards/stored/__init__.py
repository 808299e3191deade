"""The page *Données*: what is stored, for how long, and how to take it away."""
