"""The page *Glossaire*: what the words of the other pages mean."""
