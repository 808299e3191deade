"""What is kept of what people write or bring, field by field."""

from pasperdus_collector.stored.declared import Kept, Retention, columns, model

_FOR_THE_LEDGER = Retention(rule="ledger")
_UNTIL_REMOVED = Retention(rule="until_removed")

WRITTEN: tuple[Kept, ...] = (
    Kept(
        kept="contents",
        purpose="reception",
        retention=_UNTIL_REMOVED,
        recipients=("pages", "screens"),
        tables=(
            columns(
                "contents",
                "id site_id kind name valid_from valid_to position version",
                typed="body",
            ),
        ),
        models=(
            model("content.Content", "name valid_from valid_to position"),
            model("content.Service", typed="title place"),
            model(
                "content.Desk",
                "service weekdays dates opens closes cancelled held_when_closed",
                typed="title place",
            ),
            model("content.Notice", typed="title text"),
            model("content.Answer", typed="said done"),
            model("content.Need", typed="title"),
            model("content.Contact", "needs hours", typed="title address phone detail"),
            model("content.Phrase", "arrow", typed="texts"),
            model("content.Tally", "categories is_shown", typed="title"),
            model("content.Category", "category", typed="title"),
        ),
    ),
    Kept(
        kept="sheets",
        purpose="quality",
        retention=_UNTIL_REMOVED,
        recipients=("pages",),
        tables=(
            columns(
                "sheets",
                "site_id number kind action due opened_at closed_at version",
                typed="what detail owner outcome closed_by",
                when=("opened_at", "ms"),
            ),
        ),
    ),
    Kept(
        kept="register",
        purpose="trials",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "prototypes",
                "id site_id name design outcome question scale delta planned_start_at "
                "planned_end_at control_site_id seed rolled_back_at version",
                typed="title hypothesis changed exclusions circumstances decision",
                when=("planned_start_at", "ms"),
            ),
            columns(
                "periods",
                "id site_id name prototype_id kind step start_at end_at pair version",
                typed="title changed",
                when=("start_at", "ms"),
            ),
            columns("baselines", "prototype_id n period_id"),
        ),
    ),
    Kept(
        kept="register_log",
        purpose="trials",
        retention=Retention(rule="log"),
        recipients=("pages",),
        tables=(
            columns(
                "register_log",
                "id site_id prototype_id subject at after_start",
                typed="by why changes",
                when=("at", "ms"),
            ),
        ),
    ),
    Kept(
        kept="calibrations",
        purpose="footfall",
        retention=_UNTIL_REMOVED,
        recipients=("pages",),
        tables=(
            columns(
                "calibrations",
                "id line_id from_at by_sensor_in by_hand_in by_sensor_out by_hand_out entered_at",
                when=("from_at", "ms"),
            ),
        ),
    ),
    Kept(
        kept="imports",
        purpose="footfall",
        retention=_UNTIL_REMOVED,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "imports",
                "id site_id title step_quarters first_quarter end_quarter steps missing ins outs "
                "imported_at",
                when=("first_quarter", "quarter"),
            ),
            columns(
                "imported_quarters",
                "site_id quarter import_id ins outs",
                when=("quarter", "quarter"),
            ),
        ),
    ),
)
