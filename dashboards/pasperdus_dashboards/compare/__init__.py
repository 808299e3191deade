"""The page *Comparer*: whether a prototype made reception better, and how sure that is."""
