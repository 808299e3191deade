"""Raw events, and what is kept of machines, field by field."""

from pasperdus_collector.node_history import KEPT_DAYS as NODE_DAYS
from pasperdus_collector.stored.declared import Kept, Retention, columns, model

_FOR_THE_LEDGER = Retention(rule="ledger")

EVENTS = Kept(
    kept="events",
    purpose="source",
    retention=_FOR_THE_LEDGER,
    tables=(
        columns(
            "events",
            "epoch_id seq kind uptime quality",
            indirect="at body",
            when=("at", "ms"),
        ),
    ),
    models=(
        model("Event", "seq synced", indirect="wall uptime"),
        model("Passage", "kind line direction flags"),
        model("Uncounted", "kind line why"),
        model("Coverage", "kind sensor from_ to ok_ms"),
        model("Detection", "kind sensor present"),
        model("Rating", "kind question scale flags", indirect="value"),
        model("Reason", "kind rating", indirect="code"),
        model("EventKey", "epoch seq"),
        model("Token", "kind token", indirect="visit action service"),
        model("Tally", "kind", indirect="what category"),
        model("MessageTaken", "kind", indirect="id action"),
        model("Pulse", "kind", indirect="value"),
        model("Adjust", "kind occupancy"),
        model("Undo", "kind", indirect="undone"),
        model("Health", "kind part state detail"),
    ),
)

OF_MACHINES: tuple[Kept, ...] = (
    EVENTS,
    Kept(
        kept="coverage",
        purpose="operation",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "coverage_quarters",
                "sensor_id quarter told_ms ok_ms",
                when=("quarter", "quarter"),
            ),
        ),
    ),
    Kept(
        kept="registry",
        purpose="operation",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "screens", "influx", "home_assistant"),
        tables=(
            columns(
                "sites",
                "id name time_zone version agents calendar days_are_due last_sheet",
                typed="title",
            ),
            columns("zones", "id site_id name", typed="title"),
            columns(
                "nodes",
                "id name zone_id enrolled_at state state_at heartbeat heartbeat_at event_at "
                "received stored duplicate quarantined screen running_epoch",
                when=("enrolled_at", "ms"),
            ),
            columns("lines", "id node_id name role tells_staff known_from"),
            columns("boxes", "id node_id question scale known_from"),
            columns("sensors", "id node_id name"),
        ),
        models=(
            model(
                "Heartbeat",
                "epoch first head pending oldest_pending_wall closed lost sent sensors battery "
                "temperature_c disk_free_mb version screen",
            ),
            model("NodeStatus", "state epoch version screen"),
        ),
    ),
    Kept(
        kept="node_history",
        purpose="operation",
        retention=Retention(rule="days", days=NODE_DAYS),
        recipients=("pages",),
        tables=(
            columns(
                "node_quarters",
                "node_id quarter beats synced pending waited_ms clock_ahead_ms battery "
                "temperature_c",
                when=("quarter", "quarter"),
            ),
        ),
    ),
    Kept(
        kept="delivery",
        purpose="operation",
        retention=_FOR_THE_LEDGER,
        recipients=("pages",),
        tables=(
            columns("boots", "id node_id boot started_by first"),
            columns("anchors", "boot_id uptime wall_minus_uptime"),
            columns(
                "epochs",
                "id node_id epoch boot_id first head head_at candidate candidate_at settled "
                "heard_seq",
            ),
            columns("ranges", "epoch_id first last"),
            columns("redating", "epoch_id uptime seq last_uptime"),
            columns("undone", "epoch_id seq"),
            columns("undated", "node_id kind events"),
            columns("totals", "name total"),
        ),
        models=(
            model("Envelope", "schema_version"),
            model("Batch", "node epoch first head boot sent events"),
            model("Moment", "boot wall uptime synced"),
            model("EpochExtent", "epoch first head"),
            model("Ack", "collector epoch stored quarantined"),
            model("Rejection", "collector rejected payload"),
            model("CollectorStatus", "state instance version"),
        ),
    ),
    Kept(
        kept="quarantine",
        purpose="operation",
        retention=_FOR_THE_LEDGER,
        tables=(
            columns(
                "quarantine",
                "id epoch_id seq digest received_at",
                indirect="reason body",
                when=("received_at", "ms"),
            ),
        ),
    ),
    Kept(
        kept="changes",
        purpose="operation",
        retention=Retention(rule="copied"),
        tables=(
            columns("open_days", "site_id day"),
            columns("day_changes", "site_id day change"),
            columns(
                "changed_days",
                "site_id day first_quarter end_quarter change changed_at",
                when=("changed_at", "ms"),
            ),
            columns("changed_sites", "site_id is_rebuilt change changed_at periods_changed"),
            columns("last_change", "change"),
        ),
    ),
    Kept(
        kept="boards",
        purpose="reception",
        retention=Retention(rule="replaced"),
        recipients=("screens",),
        models=(
            model(
                "Board",
                "site title time_zone version composed_at day visits terminals inside asks_pulse "
                "services desks notices answers needs contacts phrases tallies",
            ),
            model("BoardVisit", "token is_timed", indirect="visit state service since call"),
            model("BoardCall", "epoch seq", indirect="at node"),
            model("BoardTerminal", "node title hand heard"),
            model("BoardService", "service", typed="title place"),
            model("BoardDesk", "day opens closes is_cancelled", typed="title place"),
            model("BoardNotice", typed="title text"),
            model("BoardAnswer", typed="said done"),
            model("BoardNeed", "need", typed="title"),
            model("BoardContact", "contact needs hours", typed="title address phone detail"),
            model("BoardPhrase", "phrase arrow", typed="texts"),
            model("BoardCategory", "category", typed="title"),
            model("BoardTally", "what categories", typed="title"),
            model("BothTitles", typed="fr en"),
            model("BothHeadings", typed="fr en"),
            model("BothParagraphs", typed="fr en"),
            model("BothDetails", typed="fr en"),
        ),
    ),
)
