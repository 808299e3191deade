"""What watches a place: pins become edges in one queue.

gpiozero calls back from a thread of its own, and one exception there ends lgpio's only callback
thread, silently and for good. So a callback does nothing but put what it saw into the queue.
"""
