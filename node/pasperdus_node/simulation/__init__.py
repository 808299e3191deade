"""Pins without hardware: gpiozero's own mock pins, moved through a socket.

The node runs the same code as on a Pi; only the pin factory differs, and for replays the clock.
"""
