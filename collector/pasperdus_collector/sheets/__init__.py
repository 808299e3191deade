"""Anomaly and improvement sheets: who takes care of what, until when, and what was done."""
