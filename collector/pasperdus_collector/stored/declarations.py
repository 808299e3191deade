"""Everything that this release keeps or passes on, field by field.

Whoever adds a column or a field declares it in ``counted``, ``written`` or ``machines``: a test
says what is missing.
"""

from pasperdus_collector.stored.counted import OF_AGENTS, OF_VISITORS
from pasperdus_collector.stored.declared import Kept
from pasperdus_collector.stored.machines import OF_MACHINES
from pasperdus_collector.stored.written import WRITTEN

DECLARED: tuple[Kept, ...] = (*OF_VISITORS, *OF_AGENTS, *WRITTEN, *OF_MACHINES)
