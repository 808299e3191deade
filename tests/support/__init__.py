"""Real things that several suites start: ``from support.mosquitto import Mosquitto``."""
