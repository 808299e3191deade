"""Past counts of a site, from a file: read and judged whole (``parse``), kept or taken back
(``store``). Where something was measured, they are not believed.
"""
