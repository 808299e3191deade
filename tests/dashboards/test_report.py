"""The report of a comparison: what it says, on which page, and what nobody can make it say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any, Literal

import httpx
import pytest

from pasperdus_collector.analysis.result import Caveat, VerdictCode
from pasperdus_collector.analysis.wording import answer_words
from pasperdus_collector.api.queries import Queries
from pasperdus_dashboards.errors import DrawingError
from pasperdus_dashboards.report.cells import cells_written
from pasperdus_dashboards.report.report import pdf
from pasperdus_dashboards.report.typesetting import TEMPLATES, settable
from pasperdus_dashboards.shell import drawings
from pasperdus_dashboards.shell.languages import languages
from support.asking import client_of
from support.compared import FIRST_MONDAY, compared
from support.compared import midnight_ms as ms
from support.reading_pdf import opened, pages
from support.trials import PROTOTYPE, Site, simulate
from support.verdicts import CHANGED, TITLE, TRIALS, computed
from support.web import Client
from support.writing import Desk

Code = Literal["fr", "en"]
NEVER: dict[Code, tuple[str, ...]] = {
    "fr": ("prouv", "significati", "gagnant", "les visiteurs", "p-value", "valeur p", "p ajust"),
    "en": ("prove", "significan", "winner", "visitors", "p-value", "adjusted p"),
}
METHOD: dict[Code, str] = {
    "fr": "Comment la comparaison a été faite",
    "en": "How the comparison was made",
}
BEFORE_DECIDING: dict[Code, str] = {
    "fr": "À savoir avant de décider",
    "en": "What to know before deciding",
}
PROPOSAL: dict[Code, str] = {"fr": "Proposition", "en": "Suggestion"}
SHARE = re.compile(r"\d ?%")
HOSTILE = (
    '#read("/etc/passwd") #include "sheet.typ" $x^2$ @ref <label> *bold* _it_ `raw` '
    '= Titre // rien \\ #panic() #{1+1} [x] "q" ~ -- '
)
ODD = "🙂 استقبال \u202eà l'envers \x00\x1b[31m \ud800 " + "x" * 200
FRENCH = languages()["fr"]


@cache
def better() -> bytes:
    """The French report of a comparison that ends well, made once."""
    return pdf(compared("better"), "fr")


def plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def headline(verdict: str) -> list[str]:
    """A verdict as the report sets it: its cause, which stands between brackets, follows it."""
    said, _, cause = plain(verdict).partition(" (")
    return [said, cause.removesuffix(")")[1:]] if cause else [said]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", [*TRIALS])
def test_every_verdict_has_its_report_and_one_first_page(code: VerdictCode, language: Code) -> None:
    comparison = computed(code)
    assert comparison.answer.verdict.code == code
    words = answer_words(comparison.answer, language)

    document = pdf(comparison, language)

    first, *others = pages(document)
    assert document.startswith(b"%PDF-")
    for part in headline(words.verdict):
        assert part in first
    if words.advice is None:
        assert PROPOSAL[language] not in " ".join([first, *others])
    else:
        assert plain(words.advice) in first
    assert plain(TITLE).replace("'", "’") in first
    assert BEFORE_DECIDING[language] in first
    assert others[0].startswith(METHOD[language])
    assert METHOD[language] not in first
    if words.effect is not None:
        assert plain(words.effect) in first
    for forbidden in NEVER[language]:
        assert forbidden not in first.lower()
    assert comparison.details.recompute.inputs_sha256 in others[-1]


def test_what_was_changed_stands_under_the_title() -> None:
    comparison = computed("better")

    assert comparison.answer.changed == CHANGED
    first = pages(pdf(comparison, "fr"))[0]
    assert first.index(plain(TITLE).replace("'", "’")) < first.index(CHANGED)
    assert first.index(CHANGED) < first.index("Probablement mieux")


@pytest.mark.parametrize("code", ["insufficient", "too_early"])
def test_before_the_gates_pass_there_is_no_effect_no_arrow_and_no_pair_of_shares(
    code: VerdictCode,
) -> None:
    comparison = compared(code)
    assert comparison.answer.baseline.share is not None

    text = " ".join(pages(pdf(comparison, "fr")))

    assert not set("←→↑↓▲▼") & set(text)
    assert "avis satisfaits de plus" not in text
    assert "Avis, semaine par semaine" in text
    for heading in (
        "Part d’avis satisfaits : l’écart",
        "Part d’avis satisfaits, semaine par semaine",
        "Les notes",
        "Jours et heures",
        "Indice",
        "Autres indicateurs",
        "p ajustée",
        "Proposition",
        "Entrées",
    ):
        assert heading not in text, heading
    # What is left in per cent are hours: of both periods measured, and what was wrong with them.
    told = [found.start() for found in SHARE.finditer(text)]
    assert all("heures d’ouverture" in text[at - 80 : at + 40].lower() for at in told)
    assert "Heures d’ouverture mesurées 93 % 93 %" in text


def test_why_data_are_insufficient_is_said_under_the_verdict() -> None:
    first = pages(pdf(compared("insufficient"), "fr"))[0]

    assert (
        "Données insuffisantes : pas de comparaison Pendant la référence, la borne d’avis a "
        "fonctionné moins de 80 % des heures d’ouverture."
    ) in first


def test_a_decision_is_told_even_where_nothing_is_proposed() -> None:
    first = pages(pdf(compared("too_early", override=("drop", "Trop de bruit.")), "fr"))[0]

    assert "L’équipe a décidé de retirer : Trop de bruit." in first
    assert "Proposition" not in first


def test_nothing_to_report_is_no_numbered_point() -> None:
    comparison = compared()
    comparison = replace(comparison, details=replace(comparison.details, caveats=()))

    first = pages(pdf(comparison, "fr"))[0]

    assert "À savoir avant de décider Rien à signaler." in first


def test_periods_in_several_parts_are_told_in_words() -> None:
    at = [ms(FIRST_MONDAY + timedelta(weeks=week)) for week in (0, 5, 15, 19)]
    answer = compared().answer
    again: dict[str, Any] = {
        "baseline": replace(answer.baseline, ranges=((at[0], at[1]), (at[2], at[3]))),
        "tried": replace(answer.tried, ranges=((at[1], at[2]),)),
    }

    before_after = pages(pdf(compared(**again), "fr"))[0]
    drawn = pages(pdf(compared(design="randomised", **again), "en"))[0]

    assert "Référence : en 2 fois, du 5 janvier 2026 au 17 mai 2026." in before_after
    assert "Prototype : du 9 février 2026 au 19 avril 2026." in before_after
    assert "Du 5" not in before_after
    assert "Baseline: 9 weeks drawn by lot between 5 January 2026 and 17 May 2026." in drawn
    assert "Prototype: 10 weeks drawn by lot between 9 February 2026 and 19 April 2026." in drawn


@pytest.mark.parametrize(
    ("tipping", "said"), [(0.18, "moins satisfaits"), (-0.18, "plus satisfaits")]
)
def test_who_would_have_to_be_less_or_more_satisfied_depends_on_the_sign(
    tipping: float, said: str
) -> None:
    response = compared().answer.response
    assert response is not None

    text = " ".join(pages(pdf(compared(response=replace(response, tipping=tipping)), "fr")))

    assert f"{said} que les autres de 18 points." in text


def test_a_result_has_its_interval_and_what_stands_beside_it_on_the_first_page() -> None:
    first = pages(better())[0]

    assert "Environ 6 avis satisfaits de plus sur 100, entre 1 et 11, parmi les personnes" in first
    assert "moins de 5 points : jugé négligeable" in first
    assert "mieux →" in first
    for row in (
        "Semaines complètes 8 9",
        "Avis 3 000 3 750",
        "Satisfaits 75 % 83 %",
        "Avis pour 100 sorties 12 15",
        "Entrées sans équivalent 3 %",
        "Du 5 janvier 2026 9 mars 2026",
    ):
        assert row in first
    assert "et 1 autre point, dans les pages suivantes" in first


def test_an_overruled_proposal_says_why() -> None:
    why = "Les agents ne se sentent pas en sécurité debout à l'entrée."

    first = pages(pdf(compared("better", override=("drop", why)), "fr"))[0]

    assert "Proposition : garder." in first
    assert plain(FRENCH.finish(f"L'équipe a décidé de retirer : {why}")) in first


def test_the_pages_behind_say_how_what_was_checked_and_how_to_compute_it_again() -> None:
    text = " ".join(pages(better()))

    for said in (
        "Note 5 (la meilleure) 1 150 (38 %) 1 850 (49 %)",
        "lun. 9–12 h 20 % 73 % (300) 81 % (350) +8 points",
        "Sans la première semaine du prototype",
        "Sur le site témoin « Mairie annexe »",
        "Durée de présence 24,3 min 21,1 min −3,2 min",
        "Fréquentation 298 par jour 301 par jour +1 %",
        "Occupation 7,0 7,0 0 personne −0,5 à +0,5",
        "Indice de satisfaction +5 points (+1 à +9)",
        "de cotes d’une meilleure note 1,46 (1,18 à 1,81)",
        "L’axe vertical ne part pas de zéro.",
        "Attente : trop peu de semaines.",
        "deux semaines de plus, demandées par le conseil municipal",
        "pasperdus-collector recompute inputs.json",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ):
        assert said in text, said


def test_texts_of_the_register_are_text_and_nothing_else() -> None:
    comparison = compared("better", title=HOSTILE, changed=HOSTILE, hypothesis=HOSTILE)
    caveat = Caveat(code="circumstance", figures=(("at_ms", 0), ("kind", "x"), ("text", HOSTILE)))
    comparison = replace(comparison, details=replace(comparison.details, caveats=(caveat,)))

    text = " ".join(pages(pdf(comparison, "en")))

    literal = plain(languages()["en"].finish(HOSTILE))
    assert text.count(literal) >= 3
    assert "root:" not in text


def test_odd_letters_and_endless_words_stay_on_the_page() -> None:
    comparison = compared("better", title=ODD, changed=f"{ODD} {ODD}", site_title=ODD)

    document = pdf(comparison, "fr")

    first, second, *_ = pages(document)
    assert "x" * 24 in first.replace(" ", "")
    assert "\u202e" not in first
    assert second.startswith(METHOD["fr"])
    rightmost = _rightmost(document)
    assert rightmost < 595 - 40  # points: the margin is 51


def test_more_caveats_than_have_room_are_counted_and_follow() -> None:
    caveats = tuple(
        Caveat(
            code="circumstance",
            figures=(("at_ms", n), ("kind", "works"), ("text", f"Travaux {n}. " + "Bruit. " * 40)),
        )
        for n in range(30)
    )
    comparison = compared(
        "better", changed="Un long changement. " * 60, override=("discuss", "Parce que. " * 50)
    )
    comparison = replace(comparison, details=replace(comparison.details, caveats=caveats))

    first, second, *others = pages(pdf(comparison, "fr"))

    shown = len(re.findall(r"Travaux \d+\.", first))
    assert 1 <= shown <= 5
    assert f"et {30 - shown} autres points" in first
    assert second.startswith(METHOD["fr"])
    assert "Travaux 29." in " ".join(others)


def test_the_document_is_accessible() -> None:
    reader = opened(better())
    root: Any = reader.trailer["/Root"]

    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"].value
    assert "/StructTreeRoot" in root
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "Rapport d’essai\u00a0: Pupitre mobile à l’entrée"


def test_the_same_figures_make_the_same_document() -> None:
    assert pdf(compared("better"), "fr") == better()


def test_figures_and_french_signs_have_narrow_spaces() -> None:
    text = "".join(page.extract_text() for page in opened(better()).pages)

    assert "3\u202f000" in text
    assert "75\u202f%" in text
    assert not re.search(r"\w [;!?%]", text)
    assert "'" not in re.sub(r"pasperdus-collector.*", "", text)


def test_no_template_holds_a_word_or_reads_a_file() -> None:
    for path in sorted(TEMPLATES.glob("*.typ")):
        code = re.sub(r"//.*", "", path.read_text())
        for call in ("eval(", "read(", "csv(", "yaml(", "toml(", "xml(", "plugin(", "@preview"):
            assert call not in code, f"{path.name}: {call}"
        # What is written outside code stands between brackets: none of it may be a word.
        for content in re.findall(r"\[([^\[\]]*)\]", code):
            markup = re.sub(r"#[\w-]+(?:\([^)]*\)|\.[\w]+)*", "", content)
            assert not re.search(r"[^\W\d_]{2,}", markup), f"{path.name}: {content}"


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ([(0, 9)], "lun. 9–12\u00a0h"),
        ([(0, 9), (1, 9), (2, 9), (0, 12), (1, 12), (2, 12)], "lun.–mer. 9–15\u00a0h"),
        ([(4, 9), (4, 15)], "ven. 9–12\u00a0h, 15–18\u00a0h"),
        ([(0, 9), (4, 15)], "lun. 9–12\u00a0h, ven. 15–18\u00a0h"),
    ],
)
def test_weekdays_and_hours_are_named_in_few_words(
    cells: list[tuple[int, int]], written: str
) -> None:
    assert cells_written(cells, FRENCH) == written


def test_a_long_text_is_cut_at_a_word() -> None:
    assert settable("un deux trois", FRENCH, most=10) == "un deux…"
    assert settable("un\n deux\ttrois", FRENCH) == "un deux trois"


def _rightmost(document: bytes) -> float:
    found = [0.0]

    def visit(text: str, _cm: Any, matrix: list[float], _font: Any, _size: Any) -> None:
        if text.strip():
            found.append(matrix[4])

    opened(document).pages[0].extract_text(visitor_text=visit)
    return max(found)


# -- over HTTP ------------------------------------------------------------------------------------


@dataclass
class Asked:
    """A collector's web application over a trial."""

    client: Client

    def get(self, address: str, **request: Any) -> httpx.Response:
        return self.client.get(f"/api/v1/{address}", **request)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    path = tmp_path_factory.mktemp("reported") / "ledger.db"
    trial = simulate(path, Site(weeks="AAAABBBB", ratings_a_day=45, visitors_a_day=120))
    desk = Desk(path)
    queries = Queries(path, desk.writer, now_ms=lambda: trial.now_ms)
    yield Asked(client_of(desk, queries))
    desk.stop()


def test_the_report_is_served_and_kept_while_its_figures_stay(asked: Asked) -> None:
    address = f"compare.pdf?site=mairie&prototype={PROTOTYPE}"

    answer = asked.get(address)

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    name = f"pasperdus-mairie-{PROTOTYPE}-fr.pdf"
    assert name in answer.headers["content-disposition"]
    told = asked.get(f"compare?site=mairie&prototype={PROTOTYPE}").json()["answer"]["words"]["fr"]
    for part in headline(told["verdict"]):
        assert part in pages(answer.content)[0]
    tag = answer.headers["etag"]
    assert asked.get(address, headers={"If-None-Match": tag}).status_code == 304
    other = asked.get(f"{address}&language=en", headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.content != answer.content


@pytest.mark.parametrize(
    ("query", "status", "why"),
    [
        (f"prototype={PROTOTYPE}&language=de", 400, "language"),
        ("site=mairie", 400, "prototype is missing"),
        ("prototype=nope", 404, "nope"),
        (f"prototype={PROTOTYPE}&colour=red", 400, "colour"),
    ],
)
def test_what_cannot_be_reported_is_told_why(
    asked: Asked, query: str, status: int, why: str
) -> None:
    query = query if "site=" in query else f"site=mairie&{query}"
    answer = asked.get(f"compare.pdf?{query}")

    assert answer.status_code == status
    assert why in answer.json()["detail"]


def test_charts_that_cannot_be_drawn_are_a_problem_and_not_a_trace(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise DrawingError("no drawing within 60 s; is the machine busy?")

    monkeypatch.setattr(drawings, "_child", fail)

    answer = asked.get(f"compare.pdf?site=mairie&prototype={PROTOTYPE}")

    assert answer.status_code == 503
    assert "no drawing within 60 s" in answer.json()["detail"]
