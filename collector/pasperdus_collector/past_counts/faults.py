"""What is wrong with a file of past counts: where, what, and what to do."""

from dataclasses import dataclass, field

from pasperdus_collector.errors import QueryError

MAX_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One problem, at a line of the file (the header is line 1)."""

    line: int
    what: str
    remedy: str


class PastCountsError(QueryError):
    """A file that was refused whole; ``faults`` are the first of ``count`` problems."""

    def __init__(self, faults: list[Fault], count: int) -> None:
        self.faults = faults
        self.count = count
        problems = "1 problem" if count == 1 else f"{count} problems"
        listed = f"; the first {len(faults)} are listed" if count > len(faults) else ""
        super().__init__(
            f"{problems} in the file{listed}; nothing was imported. First, line "
            f"{faults[0].line}: {faults[0].what}; {faults[0].remedy}"
        )


@dataclass(slots=True)
class Faults:
    """Collects problems in the order of the lines; keeps the first, counts all."""

    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, what: str, remedy: str) -> None:
        """Note one problem."""
        self.count += 1
        if len(self.kept) < MAX_TOLD:
            self.kept.append(Fault(line=line, what=what, remedy=remedy))

    def check(self, *others: "Faults") -> None:
        """Raise :class:`PastCountsError` when there are problems, here or in ``others``."""
        together = sorted(fault for each in (self, *others) for fault in each.kept)
        if together:
            count = self.count + sum(each.count for each in others)
            raise PastCountsError(together[:MAX_TOLD], count)


def refuse(line: int, what: str, remedy: str) -> PastCountsError:
    """Return the error of a file that cannot be read any further."""
    return PastCountsError([Fault(line=line, what=what, remedy=remedy)], 1)
