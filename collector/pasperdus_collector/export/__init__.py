"""Export: published series as one table to keep, in CSV or JSON lines, of any size.

``table`` says which columns, ``rows`` reads them piece by piece, ``csv_text`` and ``json_lines``
write them down, ``words`` has the headers' French.
"""
