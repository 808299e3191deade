"""The screen of a node at work: gathers for ``terminal`` and ``screens``, applies what they say.

``screen`` is what the loop knows of either kind, ``agent_terminal`` and ``public_screen`` are the
two, ``parts`` puts them together. Only a node with a ``[screen]`` imports what draws.
"""
