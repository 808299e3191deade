"""What can go wrong in the demonstration.

``DemoError``               base: the text says what, where and what to do
├── ChildError              a process of ours cannot be kept running
├── CollectorApiError       the collector's HTTP interface answered something else than promised
├── ControlError            a node refused what its driver asked
├── BrokenControlError      a node's control socket ended: it was killed, or has not started yet
├── DoorCountsError         a file of door counts cannot be read
└── ReplayError             a crossing cannot be fed as the file asks

``EndedError``              no failure: somebody asked for the end
"""


class DemoError(Exception):
    """The demonstration cannot go on."""


class ChildError(DemoError):
    """A process of ours ends as often as it is started."""


class CollectorApiError(DemoError):
    """The collector answered an HTTP request with something else than promised."""


class ControlError(DemoError):
    """A node refused a request of its driver."""


class BrokenControlError(DemoError, ConnectionError):
    """The control socket of a node ended or is not there yet."""


class DoorCountsError(DemoError, ValueError):
    """A file of door counts is not what it should be."""


class ReplayError(DemoError):
    """What the file asks for cannot be fed."""


class EndedError(Exception):
    """Ctrl-C, SIGTERM or the time asked for: everything unwinds from a place that expects it."""
