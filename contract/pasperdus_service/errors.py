"""Errors of a process that cannot start or go on; the text is for whoever runs it."""


class ServiceError(Exception):
    """Base of this package's errors."""


class SettingsError(ServiceError, ValueError):
    """A configuration file that cannot be used: which file, which key, what to do."""


class LockedError(ServiceError):
    """A file that only one process may use, and another one does."""


class CatalogueError(ServiceError, ValueError):
    """The catalogues of a language contradict one another."""
