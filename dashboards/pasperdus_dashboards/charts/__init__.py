"""The charts: each one Vega-Lite specification, for browser, still picture and paper alike.

A module makes rows, in which everything that is read is written text already, and draws them; the
chart itself knows no language. Colour never says anything that place, shape or words do not.
"""
