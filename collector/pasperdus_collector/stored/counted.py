"""What is kept of visitors and of the work of agents, field by field."""

from pasperdus_collector.reception.slips import KEPT_MS as SLIP_KEPT_MS
from pasperdus_collector.stored.declared import Kept, Retention, columns, model

SLIP_DAYS = SLIP_KEPT_MS // 86_400_000
_FOR_THE_LEDGER = Retention(rule="ledger")
_SCORES = "s1 s2 s3 s4 s5"
_BURSTS = "burst1 burst2 burst3 burst4 burst5"

OF_VISITORS: tuple[Kept, ...] = (
    Kept(
        kept="passages",
        purpose="footfall",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx", "home_assistant"),
        tables=(
            columns(
                "passage_quarters",
                "line_id quarter ins outs staff_ins staff_outs ambiguous back unresolved "
                "undirected",
                when=("quarter", "quarter"),
            ),
            columns(
                "passage_days",
                "scope ref day ins ins_valid outs outs_valid coverage flags calibrated "
                "ins_corrected ins_error ins_factor_error ins_chance_variance outs_corrected "
                "outs_error outs_factor_error outs_chance_variance",
                when=("day", "day"),
            ),
        ),
    ),
    Kept(
        kept="inside",
        purpose="footfall",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "screens", "influx", "home_assistant"),
        tables=(
            columns("recounts", "epoch_id seq site_id at people", when=("at", "ms")),
            columns(
                "occupancy_days",
                "site_id day people raw error quarters valid coverage flags",
                when=("day", "day"),
            ),
            columns(
                "stay_days",
                "site_id day minutes raw_minutes error valid visits area raw_area misses "
                "area_variance coverage flags",
                when=("day", "day"),
            ),
        ),
    ),
    Kept(
        kept="ratings",
        purpose="satisfaction",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "rating_quarters",
                "box_id quarter",
                indirect=f"{_SCORES} {_BURSTS}",
                when=("quarter", "quarter"),
            ),
            columns(
                "blocks",
                f"id site_id question scale first_hour last_hour closed_at {_SCORES} {_BURSTS}",
                when=("last_hour", "hour"),
            ),
            columns(
                "rating_days",
                f"site_id question scale day {_SCORES} ratings satisfied index coverage valid",
                when=("day", "day"),
            ),
        ),
    ),
    Kept(
        kept="unreleased",
        purpose="satisfaction",
        retention=Retention(rule="block"),
        tables=(
            columns(
                "unreleased",
                "epoch_id seq site_id question scale",
                indirect="at value is_burst",
                when=("at", "ms"),
            ),
        ),
    ),
    Kept(
        kept="waits",
        purpose="queue",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "screens", "influx"),
        tables=(
            columns(
                "token_steps",
                "epoch_id seq site_id quality token",
                indirect="visit at action service noted_at",
                when=("at", "ms"),
            ),
            columns(
                "token_waits",
                "site_id n outcome is_served",
                indirect="began_at visit service waited_ms served_ms",
                when=("began_at", "ms"),
            ),
            columns(
                "wait_days",
                "site_id service day wait wait_low wait_high wait_valid service_time service_low "
                "service_high service_valid called left unclosed flags",
                when=("day", "day"),
            ),
            columns("services", "site_id service"),
        ),
        models=(model("Inside", "people error"),),
    ),
    Kept(
        kept="hands",
        purpose="queue",
        retention=Retention(rule="next_day"),
        recipients=("screens",),
        tables=(columns("token_hands", "site_id day node_id tokens", when=("day", "date")),),
    ),
)

OF_AGENTS: tuple[Kept, ...] = (
    Kept(
        kept="tallies",
        purpose="agents",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "tally_quarters",
                "quarter",
                indirect="node_id what category tallies",
                when=("quarter", "quarter"),
            ),
            columns("tally_days", "site_id zone_id what day tallies", when=("day", "day")),
            columns("tally_kinds", "node_id what"),
        ),
    ),
    Kept(
        kept="pulses",
        purpose="agents",
        retention=Retention(rule="block"),
        tables=(columns("pulses", "epoch_id seq site_id", indirect="at value", when=("at", "ms")),),
    ),
    Kept(
        kept="pulse_blocks",
        purpose="agents",
        retention=_FOR_THE_LEDGER,
        recipients=("pages", "influx"),
        tables=(
            columns(
                "pulse_blocks",
                "id site_id first_day last_day closed_at p1 p2 p3 p4 p5",
                when=("last_day", "day"),
            ),
        ),
    ),
    Kept(
        kept="slips",
        purpose="messages",
        retention=Retention(rule="taken", days=SLIP_DAYS),
        recipients=("terminal",),
        tables=(
            columns(
                "slips",
                "id node_id",
                personal="written_at caller phone text",
                when=("written_at", "ms"),
            ),
        ),
        models=(
            model("Slip", "id", personal="written_at caller phone text"),
            model("Slips", personal="slips"),
        ),
    ),
)
