"""The collector: receives, keeps, corrects, compares and shows what the nodes counted."""
