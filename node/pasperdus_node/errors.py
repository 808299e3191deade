"""Errors of the node; the text says what, where and what to do."""


class NodeError(Exception):
    """Base of the node's errors."""


class OutboxError(NodeError):
    """The outbox cannot be opened or written."""


class SensorError(NodeError):
    """A sensor cannot be started as configured."""


class ScreenError(NodeError):
    """The screen cannot be had as configured."""


class SimulationError(NodeError, ValueError):
    """A request to the simulator that makes no sense."""
