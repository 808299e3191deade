"""English words of the comparison."""

from pasperdus_collector.analysis.words import Noun, Table

ENGLISH = Table(
    verdicts={
        "insufficient": "Not enough data: no comparison",
        "too_early": "Too early to tell: about {weeks} more",
        "better_so_far": "Better so far",
        "worse_so_far": "Worse so far",
        "too_early_running": "Too early to tell",
        "better_small": "Better, but by less than you said would matter",
        "worse_small": "Worse, but by less than you said would matter",
        "better": "Probably better",
        "worse": "Probably worse",
        "same": "Practically the same",
        "unclear": "No clear difference: a change of less than {missed} may have gone unseen",
    },
    neutral_verdicts={
        "better_so_far": "Higher so far",
        "worse_so_far": "Lower so far",
        "better_small": "Higher, but by less than you said would matter",
        "worse_small": "Lower, but by less than you said would matter",
        "better": "Probably higher",
        "worse": "Probably lower",
    },
    weeks=("{n} week", "{n} weeks"),
    causes={
        "short_baseline": "the baseline has no two full weeks, and it is over",
        "other_question": "the question or its scale is not the same in both periods",
        "no_ratings": "one of the two periods has no rating at all",
        "too_few_ratings": "there are too few ratings to compare like days with like",
        "too_few_weeks_with_figures": "too few weeks have a figure that is sure enough",
        "few_pairs": "at least six pairs of weeks with and without the prototype are needed",
        "box_coverage_baseline": "during the baseline the rating box worked for less than 80% of "
        "the opening hours",
        "box_coverage_prototype": "during the prototype the rating box worked for less than 80% of "
        "the opening hours",
        "door_coverage_baseline": "during the baseline the door was counted for less than 80% of "
        "the opening hours",
        "door_coverage_prototype": "during the prototype the door was counted for less than 80% of "
        "the opening hours",
        "too_few_days": "at least 24 open days are needed in each period",
        "nobody_counted": "nobody was counted in one of the periods",
        "no_fit": "entries vary too much from day to day to be compared",
        "no_placebo": "the baseline is too short to tell how much footfall moves by itself",
    },
    nouns={
        "satisfied": Noun(
            label="Share of satisfied ratings",
            subject="the share of satisfied ratings",
            higher="higher",
            lower="lower",
            one="satisfied rating",
            many="satisfied ratings",
            of="satisfied ratings",
            out_of="in 100",
        ),
        "index": Noun(
            label="Satisfaction index",
            subject="the satisfaction index",
            higher="higher",
            lower="lower",
            one="index point",
            many="index points",
            of="index points",
            out_of="of 100",
        ),
        "passages_in": Noun(
            label="Footfall",
            subject="footfall",
            higher="higher",
            lower="lower",
            one="entries",
            many="entries",
            of="entries",
        ),
        "occupancy": Noun(
            label="Occupancy",
            subject="occupancy",
            higher="higher",
            lower="lower",
            one="person present at a time",
            many="people present at a time",
            of="people present at a time",
        ),
        "stay_minutes": Noun(
            label="Dwell time",
            subject="dwell time",
            higher="longer",
            lower="shorter",
            one="minute of dwell time",
            many="minutes of dwell time",
            of="minutes of dwell time",
        ),
        "wait_minutes": Noun(
            label="Waiting time",
            subject="the wait",
            higher="longer",
            lower="shorter",
            one="minute of waiting",
            many="minutes of waiting",
            of="minutes of waiting",
        ),
        "service_minutes": Noun(
            label="Service time",
            subject="the service time",
            higher="longer",
            lower="shorter",
            one="minute of service",
            many="minutes of service",
            of="minutes of service",
        ),
        "response_rate": Noun(
            label="Response rate",
            subject="the response rate",
            higher="higher",
            lower="lower",
            one="rating",
            many="ratings",
            of="ratings",
            out_of="per 100 exits",
        ),
    },
    tallies={
        "repeated-question": "repeated question",
        "misorientation": "misorientation",
        "phone": "phone",
        "incident": "incident",
    },
    tally=Noun(
        label="Tallies “{what}”",
        subject="the frequency of “{what}”",
        higher="higher",
        lower="lower",
        one="tally “{what}”",
        many="tallies “{what}”",
        of="tallies “{what}”",
        out_of="per 100 entries",
    ),
    effect="{change}, between {low} and {high}",
    effect_both_ways="{change}, between {low} fewer and {high} more",
    effect_from_zero="{change}, between 0 and {high} more",
    effect_to_zero="{change}, between {low} fewer and 0",
    no_effect="about as many {of}",
    more="more",
    less="fewer",
    less_than="less than {n}",
    about="about",
    among="among the people who gave a rating",
    designs={
        "randomised_better": "The prototype probably improved {subject}.",
        "randomised_worse": "The prototype probably worsened {subject}.",
        "randomised_higher": "The prototype probably raised {subject}.",
        "randomised_lower": "The prototype probably lowered {subject}.",
        "control_better": "Compared with the control site, the prototype probably improved "
        "{subject}.",
        "control_worse": "Compared with the control site, the prototype probably worsened "
        "{subject}.",
        "control_higher": "Compared with the control site, the prototype probably raised "
        "{subject}.",
        "control_lower": "Compared with the control site, the prototype probably lowered "
        "{subject}.",
        "before_after": "{Subject} was {direction} during “{title}”; other changes are not ruled "
        "out.",
    },
    with_reserve={
        "broken": "{verdict}, with a reservation: the response rate changed",
        "unknown": "{verdict}, with a reservation: the response rate is not known",
    },
    response_warning="Careful: the response rate went from {baseline} to {prototype}. Perhaps "
    "other people answer now; moving the rating box is enough to change the result.",
    arm="{role} “{title}”: {weeks}, {ratings} ratings",
    arm_without_ratings="{role} “{title}”: {weeks}, {entries} entries",
    response_rate="response rate {rate}",
    independent="worth about {n} independent ratings",
    matched="All entries of the baseline have a counterpart in the other period.",
    unmatched="{share} of the baseline's entries have no counterpart: on those weekdays one of the "
    "two periods has no rating.",
    baseline="Baseline",
    prototype="Prototype",
    advice={
        "keep": "Suggestion: keep.",
        "discuss": "Suggestion: discuss.",
        "drop": "Suggestion: drop.",
    },
    override="The team decided to {decided}.",
    override_why="The team decided to {decided}: {why}",
    decided={"keep": "keep it", "discuss": "discuss it", "drop": "drop it"},
    caveats={
        "not_declared": "This is not the comparison that the register declared: whoever chooses "
        "periods afterwards ends up finding a difference.",
        "response_rate_changed": "The response rate went from {baseline} to {prototype}: perhaps "
        "other people answer now.",
        "verdict_changes_without_bursts": "Without bursts (several presses in a row) the "
        "conclusion would be another.",
        "verdict_changes_without_first_week": "Without the first week of the prototype the "
        "conclusion would be another: novelty may have played a part.",
        "verdict_changes_without_school_holidays": "Without school holidays the conclusion would "
        "be another.",
        "before_after": "Plain before/after: whatever changed together with the prototype, "
        "or from one month to the next, may explain the difference. Weeks drawn by lot are "
        "not fooled.",
        "response_unknown": "How many people answered is not known: exits were not counted. A "
        "rating box that moved would go unnoticed.",
        "control_no_figures": "The control site has no comparable figure: it is not subtracted.",
        "control_not_covered": "At the control site, sensors worked too little: it is not "
        "subtracted.",
        "control_response": "At the control site, the response rate changed or is not known: it is "
        "not subtracted.",
        "control_too_short": "The control site cannot be subtracted yet: {weeks} full weeks of "
        "each period are needed at both sites.",
        "season": "The two periods do not cover the same months: the season may explain part of "
        "the difference.",
        "season_unknown": "Less than a year of counts: the season cannot be told apart from the "
        "prototype's effect.",
        "public_holidays_inseparable": "All public holidays lie in one period: their effect cannot "
        "be told apart from the prototype's.",
        "school_holidays_inseparable": "All school holidays lie in one period: their effect cannot "
        "be told apart from the prototype's.",
        "placebos": "At dates chosen at random in the baseline, this method would have found a "
        "change in {share} of cases.",
        "baseline_trend": "The baseline was already moving, by about {points_a_week} in 100 "
        "a week.",
        "button_moved": "On {at}: {text} The rating box was moved, which may change who answers.",
        "circumstance": "On {at} ({kind}): {text}",
        "ended_early": "The trial did not end on the date planned before it began: the interval is "
        "the one that holds whenever one stops.",
        "changed_after_start": "On {at}, a change after the trial began: {what} ({by}: {why})",
        "few_weeks": "Full weeks in the shorter period: {weeks} ({wanted} wanted). The interval is "
        "wide, and its width itself unsure.",
        "few_weeks_by_days": "Full weeks in the shorter period: {weeks} ({wanted} wanted). The "
        "interval is computed by day and may be too narrow.",
        "hours_not_matched": "About {ratings} ratings a day: too few to compare like hours with "
        "like; only weekdays are.",
        "unmatched": "{share} of the baseline's entries came on weekdays of which one of the two "
        "periods has no rating.",
        "weights_from_ratings": "Nobody was counted at the door during the baseline: hours are "
        "weighted by ratings.",
        "straddling_baseline": "{share} of the baseline's ratings were released together with "
        "those of another period and are left out.",
        "straddling_prototype": "{share} of the prototype's ratings were released together with "
        "those of another period and are left out.",
        "gaps_baseline": "During the baseline, sensors covered {coverage} of the opening hours.",
        "gaps_prototype": "During the prototype, sensors covered {coverage} of the opening hours.",
        "hours_unknown": "The site's opening hours are not filled in: they are guessed from "
        "entries.",
        "staff_included": "Agents are not told apart at the door: public and agents are counted "
        "together.",
        "calibration_changed": "A manual count changed the sensors' correction between the two "
        "periods or within one.",
        "door_drift_baseline": "During the baseline, entries and exits differ by {share} on a "
        "ordinary day.",
        "door_drift_prototype": "During the prototype, entries and exits differ by {share} on a "
        "ordinary day.",
        "bursts_baseline": "During the baseline, more than one rating in twenty came in a burst.",
        "bursts_prototype": "During the prototype, more than one rating in twenty came in a burst.",
        "several_prototypes": "{prototypes} prototypes are compared with the same baseline: each "
        "interval is widened so that all together mislead no more often than one would.",
    },
    circumstances={
        "button_moved": "rating box moved",
        "sensor_moved": "sensor moved",
        "hours_changed": "opening hours changed",
        "staff_changed": "staff changed",
        "works": "building works",
        "strike": "strike",
        "other": "another change",
    },
    fields={
        "outcome": "the primary outcome",
        "delta": "the smallest change that matters",
        "planned_start": "the planned start",
        "planned_end": "the planned end",
        "planned_start_ms": "the planned start",
        "planned_end_ms": "the planned end",
        "design": "the design",
        "baseline": "the baseline",
        "exclusions": "the list of excluded days",
        "control_site": "the control site",
        "hypothesis": "the hypothesis",
        "question": "the question",
        "scale": "the scale",
        "period": "the periods",
        "start_ms": "the start of a period",
        "end_ms": "the end of a period",
    },
    variants={
        "without_bursts": "Without bursts",
        "without_first_week": "Without the prototype's first week",
        "without_school_holidays": "Without school holidays",
        "own_site_alone": "Without the control site",
        "unweighted": "Without comparing like days and hours with like",
    },
    variant_same="{variant}: {effect}; same conclusion.",
    variant_changes="{variant}: {effect}; the conclusion would be “{verdict}”.",
    variant_untold="too few ratings on either side to show the figure",
    variant_short="{variant}: too few data to tell.",
    controlled="compared with the control site, {effect}",
    control="At the control site “{title}”, on the same dates: {effect}.",
    control_difference="Difference between the two changes: {effect}.",
    superiority="Of one rating of each period taken at random, the prototype's is better (or "
    "equal, decided by a coin) in {share} of cases, between {low} and {high}.",
    secondary="{label}: {effect} (exploratory)",
    secondary_none="{label}: {why}",
    why_not={
        "no_figures": "no figure in one of the periods",
        "few_weeks": "too few weeks",
        "imprecise": "too unsure to be compared",
        "too_few_days": "at least 24 open days are needed in each period",
        "nobody_counted": "nobody was counted in one of the periods",
        "no_fit": "entries vary too much from day to day to be compared",
        "no_placebo": "the baseline is too short to tell how much footfall moves by itself",
    },
    always="interval that holds even when read every day",
    fixed="95% interval for a single reading at the planned end",
    simple="simple interval, which ignores that ratings of a week resemble one another",
    recompute="Version {version}; digest of the data {sha}; error allowed {alpha}.",
)
