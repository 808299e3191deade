"""The page *Accueil*: what screens show, messages for terminals, and improvement sheets."""
