"""French words of the comparison; spaces are plain here and set by :mod:`.wording`."""

from pasperdus_collector.analysis.words import Noun, Table

FRENCH = Table(
    verdicts={
        "insufficient": "Données insuffisantes : pas de comparaison",
        "too_early": "Trop tôt pour conclure : encore environ {weeks}",
        "better_so_far": "Mieux jusqu'ici",
        "worse_so_far": "Moins bien jusqu'ici",
        "too_early_running": "Trop tôt pour conclure",
        "better_small": "Mieux, mais de moins que ce que vous jugiez important",
        "worse_small": "Moins bien, mais de moins que ce que vous jugiez important",
        "better": "Probablement mieux",
        "worse": "Probablement moins bien",
        "same": "Pratiquement pareil",
        "unclear": "Pas de différence nette : un changement de moins de {missed} a pu échapper",
    },
    neutral_verdicts={
        "better_so_far": "Plus élevé jusqu'ici",
        "worse_so_far": "Moins élevé jusqu'ici",
        "better_small": "Plus élevé, mais de moins que ce que vous jugiez important",
        "worse_small": "Moins élevé, mais de moins que ce que vous jugiez important",
        "better": "Probablement plus élevé",
        "worse": "Probablement moins élevé",
    },
    weeks=("{n} semaine", "{n} semaines"),
    causes={
        "short_baseline": "la référence n'a pas deux semaines complètes, et elle est passée",
        "other_question": "la question posée ou son échelle n'est pas la même dans les deux "
        "périodes",
        "no_ratings": "aucun avis n'a été recueilli dans l'une des deux périodes",
        "too_few_ratings": "il y a trop peu d'avis pour comparer les mêmes jours entre eux",
        "too_few_weeks_with_figures": "trop peu de semaines ont un chiffre assez sûr",
        "few_pairs": "il faut au moins six paires de semaines avec et sans le prototype",
        "box_coverage_baseline": "pendant la référence, la borne d'avis a fonctionné moins de 80 % "
        "des heures d'ouverture",
        "box_coverage_prototype": "pendant le prototype, la borne d'avis a fonctionné moins de "
        "80 % des heures d'ouverture",
        "door_coverage_baseline": "pendant la référence, le comptage de l'entrée a fonctionné "
        "moins de 80 % des heures d'ouverture",
        "door_coverage_prototype": "pendant le prototype, le comptage de l'entrée a fonctionné "
        "moins de 80 % des heures d'ouverture",
        "too_few_days": "il faut au moins 24 jours d'ouverture dans chaque période",
        "nobody_counted": "personne n'a été compté dans l'une des périodes",
        "no_fit": "les entrées varient trop d'un jour à l'autre pour être comparées",
        "no_placebo": "la référence est trop courte pour dire de combien la fréquentation varie "
        "d'elle-même",
    },
    nouns={
        "satisfied": Noun(
            label="Part d'avis satisfaits",
            subject="la part d'avis satisfaits",
            higher="plus élevée",
            lower="moins élevée",
            one="avis satisfait",
            many="avis satisfaits",
            of="d'avis satisfaits",
            out_of="sur 100",
        ),
        "index": Noun(
            label="Indice de satisfaction",
            subject="l'indice de satisfaction",
            higher="plus élevé",
            lower="moins élevé",
            one="point d'indice",
            many="points d'indice",
            of="de points d'indice",
            out_of="sur 100",
        ),
        "passages_in": Noun(
            label="Fréquentation",
            subject="la fréquentation",
            higher="plus élevée",
            lower="moins élevée",
            one="d'entrées",
            many="d'entrées",
            of="d'entrées",
        ),
        "occupancy": Noun(
            label="Occupation",
            subject="l'occupation",
            higher="plus élevée",
            lower="moins élevée",
            one="personne présente à la fois",
            many="personnes présentes à la fois",
            of="de personnes présentes à la fois",
        ),
        "stay_minutes": Noun(
            label="Durée de présence",
            subject="la durée de présence",
            higher="plus longue",
            lower="moins longue",
            one="minute de présence",
            many="minutes de présence",
            of="de minutes de présence",
        ),
        "wait_minutes": Noun(
            label="Attente",
            subject="l'attente",
            higher="plus longue",
            lower="moins longue",
            one="minute d'attente",
            many="minutes d'attente",
            of="de minutes d'attente",
        ),
        "service_minutes": Noun(
            label="Durée de l'entretien",
            subject="la durée de l'entretien",
            higher="plus longue",
            lower="moins longue",
            one="minute d'entretien",
            many="minutes d'entretien",
            of="de minutes d'entretien",
        ),
        "response_rate": Noun(
            label="Taux de réponse",
            subject="le taux de réponse",
            higher="plus élevé",
            lower="moins élevé",
            one="avis",
            many="avis",
            of="d'avis",
            out_of="pour 100 sorties",
        ),
    },
    tallies={
        "repeated-question": "question répétée",
        "misorientation": "mauvaise orientation",
        "phone": "téléphone",
        "incident": "incident",
    },
    tally=Noun(
        label="Relevés « {what} »",
        subject="la fréquence des relevés « {what} »",
        higher="plus élevée",
        lower="moins élevée",
        one="relevé « {what} »",
        many="relevés « {what} »",
        of="de relevés « {what} »",
        out_of="pour 100 entrées",
    ),
    effect="{change}, entre {low} et {high}",
    effect_both_ways="{change}, entre {low} de moins et {high} de plus",
    effect_from_zero="{change}, entre 0 et {high} de plus",
    effect_to_zero="{change}, entre {low} de moins et 0",
    no_effect="à peu près autant {of}",
    more="de plus",
    less="de moins",
    less_than="moins de {n}",
    about="environ",
    among="parmi les personnes qui ont donné leur avis",
    designs={
        "randomised_better": "Le prototype a probablement amélioré {subject}.",
        "randomised_worse": "Le prototype a probablement dégradé {subject}.",
        "randomised_higher": "Le prototype a probablement augmenté {subject}.",
        "randomised_lower": "Le prototype a probablement réduit {subject}.",
        "control_better": "Par rapport au site témoin, le prototype a probablement amélioré "
        "{subject}.",
        "control_worse": "Par rapport au site témoin, le prototype a probablement dégradé "
        "{subject}.",
        "control_higher": "Par rapport au site témoin, le prototype a probablement augmenté "
        "{subject}.",
        "control_lower": "Par rapport au site témoin, le prototype a probablement réduit "
        "{subject}.",
        "before_after": "{Subject} était {direction} pendant « {title} » ; d'autres changements ne "
        "sont pas exclus.",
    },
    with_reserve={
        "broken": "{verdict}, sous réserve : le taux de réponse a changé",
        "unknown": "{verdict}, sous réserve : le taux de réponse n'est pas connu",
    },
    response_warning="Attention : le taux de réponse est passé de {baseline} à {prototype}. Ce ne "
    "sont peut-être pas les mêmes personnes qui répondent ; une borne déplacée suffit à changer "
    "le résultat.",
    arm="{role} « {title} » : {weeks}, {ratings} avis",
    arm_without_ratings="{role} « {title} » : {weeks}, {entries} entrées",
    response_rate="taux de réponse {rate}",
    independent="qui valent environ {n} avis indépendants",
    matched="Toutes les entrées de la référence ont un équivalent dans l'autre période.",
    unmatched="{share} des entrées de la référence n'ont pas d'équivalent : ces jours-là, l'une "
    "des deux périodes n'a aucun avis.",
    baseline="Référence",
    prototype="Prototype",
    advice={
        "keep": "Proposition : garder.",
        "discuss": "Proposition : en discuter.",
        "drop": "Proposition : retirer.",
    },
    override="L'équipe a décidé {decided}.",
    override_why="L'équipe a décidé {decided} : {why}",
    decided={"keep": "de garder", "discuss": "d'en discuter", "drop": "de retirer"},
    caveats={
        "not_declared": "Cette comparaison n'est pas celle que le registre avait déclarée : qui "
        "choisit ses périodes après coup finit par trouver une différence.",
        "response_rate_changed": "Le taux de réponse est passé de {baseline} à {prototype} : ce ne "
        "sont peut-être pas les mêmes personnes qui répondent.",
        "verdict_changes_without_bursts": "Sans les rafales (plusieurs pressions de suite), la "
        "conclusion serait autre.",
        "verdict_changes_without_first_week": "Sans la première semaine du prototype, la "
        "conclusion serait autre : l'effet de nouveauté a pu jouer.",
        "verdict_changes_without_school_holidays": "Sans les vacances scolaires, la conclusion "
        "serait autre.",
        "before_after": "Simple avant/après : tout ce qui a changé en même temps que le "
        "prototype, ou d'un mois à l'autre, peut expliquer l'écart. Des semaines tirées au "
        "sort ne s'y trompent pas.",
        "response_unknown": "Combien de personnes ont répondu n'est pas connu : les sorties "
        "n'ont pas été comptées. Une borne déplacée passerait inaperçue.",
        "control_no_figures": "Le site témoin n'a pas de chiffre comparable : il n'est "
        "pas soustrait.",
        "control_not_covered": "Sur le site témoin, les capteurs ont trop peu fonctionné : il "
        "n'est pas soustrait.",
        "control_response": "Sur le site témoin, le taux de réponse a changé ou n'est pas "
        "connu : il n'est pas soustrait.",
        "control_too_short": "Le site témoin ne peut pas encore être soustrait : il faut {weeks} "
        "semaines complètes de chaque période sur les deux sites.",
        "season": "Les deux périodes ne couvrent pas les mêmes mois : la saison peut expliquer une "
        "partie de l'écart.",
        "season_unknown": "Moins d'une année de comptage : la saison ne peut pas être séparée de "
        "l'effet du prototype.",
        "public_holidays_inseparable": "Les jours fériés tombent tous dans la même période : leur "
        "effet ne peut pas être séparé de celui du prototype.",
        "school_holidays_inseparable": "Les vacances scolaires tombent toutes dans la même période "
        ": leur effet ne peut pas être séparé de celui du prototype.",
        "placebos": "À des dates prises au hasard dans la référence, cette méthode aurait trouvé "
        "un changement dans {share} des cas.",
        "baseline_trend": "La référence évoluait déjà, d'environ {points_a_week} sur 100 par "
        "semaine.",
        "button_moved": "Le {at} : {text} La borne d'avis a été déplacée, ce qui peut changer qui "
        "répond.",
        "circumstance": "Le {at} ({kind}) : {text}",
        "ended_early": "L'essai ne s'est pas terminé à la date prévue avant son début : "
        "l'intervalle est celui qui tient quelle que soit la date d'arrêt.",
        "changed_after_start": "Le {at}, changement après le début de l'essai : {what} ({by} : "
        "{why})",
        "few_weeks": "Semaines complètes dans la période la plus courte : {weeks} "
        "({wanted} souhaitées). L'intervalle est large, et sa largeur elle-même peu sûre.",
        "few_weeks_by_days": "Semaines complètes dans la période la plus courte : {weeks} "
        "({wanted} souhaitées). L'intervalle est calculé par jour et peut être trop étroit.",
        "hours_not_matched": "Environ {ratings} avis par jour : trop peu pour comparer les mêmes "
        "heures entre elles, seuls les jours de la semaine le sont.",
        "unmatched": "{share} des entrées de la référence sont venues des jours où l'une des deux "
        "périodes n'a aucun avis.",
        "weights_from_ratings": "Aucun comptage à l'entrée pendant la référence : les heures sont "
        "pondérées par les avis.",
        "straddling_baseline": "{share} des avis de la référence ont été publiés avec ceux d'une "
        "autre période et sont laissés de côté.",
        "straddling_prototype": "{share} des avis du prototype ont été publiés avec ceux d'une "
        "autre période et sont laissés de côté.",
        "gaps_baseline": "Pendant la référence, les capteurs ont couvert {coverage} des heures "
        "d'ouverture.",
        "gaps_prototype": "Pendant le prototype, les capteurs ont couvert {coverage} des heures "
        "d'ouverture.",
        "hours_unknown": "Les heures d'ouverture du site ne sont pas renseignées : elles sont "
        "déduites des entrées.",
        "staff_included": "Les agents ne sont pas distingués à l'entrée : public et agents sont "
        "comptés ensemble.",
        "calibration_changed": "Un comptage manuel a changé la correction des capteurs entre les "
        "deux périodes ou pendant l'une d'elles.",
        "door_drift_baseline": "Pendant la référence, entrées et sorties diffèrent de {share} un "
        "jour ordinaire.",
        "door_drift_prototype": "Pendant le prototype, entrées et sorties diffèrent de {share} un "
        "jour ordinaire.",
        "bursts_baseline": "Pendant la référence, plus d'un avis sur vingt est venu en rafale.",
        "bursts_prototype": "Pendant le prototype, plus d'un avis sur vingt est venu en rafale.",
        "several_prototypes": "{prototypes} prototypes sont comparés à la même référence : chaque "
        "intervalle est élargi pour que l'ensemble ne trompe pas plus souvent qu'un seul.",
    },
    circumstances={
        "button_moved": "borne déplacée",
        "sensor_moved": "capteur déplacé",
        "hours_changed": "horaires modifiés",
        "staff_changed": "équipe modifiée",
        "works": "travaux",
        "strike": "grève",
        "other": "autre changement",
    },
    fields={
        "outcome": "le critère principal",
        "delta": "le plus petit écart jugé important",
        "planned_start": "le début prévu",
        "planned_end": "la fin prévue",
        "planned_start_ms": "le début prévu",
        "planned_end_ms": "la fin prévue",
        "design": "le plan de l'essai",
        "baseline": "la référence",
        "exclusions": "la liste des jours exclus",
        "control_site": "le site témoin",
        "hypothesis": "l'hypothèse",
        "question": "la question posée",
        "scale": "l'échelle",
        "period": "les périodes",
        "start_ms": "le début d'une période",
        "end_ms": "la fin d'une période",
    },
    variants={
        "without_bursts": "Sans les rafales",
        "without_first_week": "Sans la première semaine du prototype",
        "without_school_holidays": "Sans les vacances scolaires",
        "own_site_alone": "Sans le site témoin",
        "unweighted": "Sans comparer jour à jour et heure à heure",
    },
    variant_same="{variant} : {effect} ; même conclusion.",
    variant_changes="{variant} : {effect} ; la conclusion serait « {verdict} ».",
    variant_untold="trop peu d'avis de part ou d'autre pour montrer le chiffre",
    variant_short="{variant} : trop peu de données pour conclure.",
    controlled="par rapport au site témoin, {effect}",
    control="Sur le site témoin « {title} », aux mêmes dates : {effect}.",
    control_difference="Écart entre les deux évolutions : {effect}.",
    superiority="Si l'on tire au hasard un avis de chaque période, celui du prototype est meilleur "
    "(ou, s'ils sont égaux, départagé à pile ou face) dans {share} des cas, entre {low} et {high}.",
    secondary="{label} : {effect} (exploratoire)",
    secondary_none="{label} : {why}",
    why_not={
        "no_figures": "aucun chiffre dans l'une des périodes",
        "few_weeks": "trop peu de semaines",
        "imprecise": "trop incertain pour être comparé",
        "too_few_days": "il faut au moins 24 jours d'ouverture dans chaque période",
        "nobody_counted": "personne n'a été compté dans l'une des périodes",
        "no_fit": "les entrées varient trop d'un jour à l'autre pour être comparées",
        "no_placebo": "la référence est trop courte pour dire de combien la fréquentation varie "
        "d'elle-même",
    },
    always="intervalle qui tient même lu chaque jour",
    fixed="intervalle à 95 % pour une seule lecture, à la fin prévue",
    simple="intervalle simple, qui ignore que les avis d'une même semaine se ressemblent",
    recompute="Version {version} ; empreinte des données {sha} ; risque d'erreur {alpha}.",
)
