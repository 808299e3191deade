"""The charts of a comparison: each one Vega-Lite specification, for page and report alike.

A module makes rows, in which everything that is read is written text already, and draws them; the
chart itself knows no language. Colour never says anything that place, shape or words do not.
"""
