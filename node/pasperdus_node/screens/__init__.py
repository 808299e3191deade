"""What each screen looks like (pure): a terminal's state in, a :class:`scene.Scene` out.

One module a screen; ``frame`` has what all of them share. Sizes are in millimetres of the real
glass, because a thumb and an eye are.
"""
