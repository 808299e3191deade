"""The glass itself: window, type, drawn signs, sound. The only place that knows pygame.

``window`` is the way in: it is imported without pygame, and says what is missing. ``glass`` is what
SDL opens; ``painting`` puts a scene's items on it; ``tokens``, ``icons`` and ``faces`` are
vectors on a grid of 24 by 24, filled and stroked by ``drawing``.

Nothing here is newer than pygame 2.1.2, the one of Debian 12: pip's for the Pi cannot draw without
a desktop.
"""
