"""The reception terminal (pure): board, touches and time in; what to show and to record out.

``state`` holds everything, ``actions`` names what a touch may ask, ``performing`` answers one
action with ``records``, ``hearing`` takes what arrives (board, slips, own events once they are
kept), ``queue`` tells who waits, ``resuming`` begins anew after a restart. ``hall`` is the public
screen's state; ``pointing`` makes actions of touches.
"""
