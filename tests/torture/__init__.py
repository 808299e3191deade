"""Kills of projection and server at random instants: ``script/torture``."""
