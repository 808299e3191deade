"""What can go wrong with pages; every message says what, where and what to do."""


class DashboardsError(Exception):
    """Anything that these pages report."""


class ChildError(DashboardsError):
    """A process that works for the pages failed."""


class DrawingError(DashboardsError):
    """A chart cannot be drawn."""
