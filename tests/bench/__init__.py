"""Measurements of the whole path; ``script/bench`` runs them."""
