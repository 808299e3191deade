"""Is B better than A, by how much, how sure: pure statistics on arrays that come in as arguments.

``inputs`` says what comes in, ``result`` what goes out, ``comparison`` is the one function between
them. Each method has a module; docs/evaluation.md names them M1 to M15 and gives the reasons.
"""
