"""The page *Aujourd'hui*: the day so far, beside the usual one."""
