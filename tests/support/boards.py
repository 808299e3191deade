"""Boards of a site for tests of terminals and screens: empty, busy, and as long as texts may be."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pasperdus_contract.board import (
    MAX_ANSWERS,
    MAX_CATEGORIES,
    MAX_CONTACTS,
    MAX_DESKS,
    MAX_NEEDS,
    MAX_NOTICES,
    MAX_PHRASES,
    MAX_SERVICES,
    MAX_TALLIES,
    Board,
)
from pasperdus_contract.slips import MAX_SLIP_TEXT, MAX_SLIPS, Slip, Slips
from pasperdus_contract.tokens import TOKENS, deal
from pasperdus_node.terminal.state import Now

SITE = "mairie"
NODE = "accueil-1"
OTHER = "accueil-2"
TITLES = {NODE: "Accueil", OTHER: "Étage"}
PARIS = ZoneInfo("Europe/Paris")
LISTS = ("services", "desks", "notices", "answers", "needs", "contacts", "phrases", "tallies")
DAY = date(2026, 11, 24)  # a Tuesday
MINUTE_MS = 60_000
UPTIME_MS = 36_000_000

# Real French words that fill what the contract allows: what no screen may cut.
LONGEST_TITLE = "Réglementation-circulation-stationnement"
LONGEST_HEADING = "Établissement d’hébergement pour personnes âgées dépendantes"
LONGEST_PARAGRAPH = (
    "Renouvellement des cartes nationales d’identité : présentez-vous avec un justificatif de "
    "domicile récent, l’ancienne carte et une photographie réglementaire ; merci à toutes, tous."
)
LONGEST_DETAIL = (
    "Accompagnements administratifs, interprétariat téléphonique, renouvellement des titres de "
    "séjour, domiciliation, ouverture de droits, orientation vers les professionnels de santé ; "
    "sur rendez-vous uniquement, sauf urgence sociale constatée."
)
LONGEST_PHRASE = (
    "Traversez l’esplanade, puis descendez l’escalier monumental jusqu’à la bibliothèque annexe"
)
LONGEST_PHONE = "+33 (0)1 23 45 67 89 - 0"
LONGEST_CALLER = "Secrétariat de la direction des services"


def wall_ms(clock: str = "10:42", day: date = DAY) -> int:
    """Return a time of day at the site, in ms since 1970 UTC."""
    return round(datetime.combine(day, time.fromisoformat(clock), PARIS).timestamp() * 1000)


def now(clock: str = "10:42", day: date = DAY, *, is_timed: bool = True) -> Now:
    """Return a present whose uptime grows with the clock: 10 h at 10:42 of ``DAY``."""
    at_ms = wall_ms(clock, day)
    return Now(uptime_ms=UPTIME_MS + at_ms - wall_ms(), wall_ms=at_ms, is_timed=is_timed)


def visit_id(number: int) -> str:
    """Return a visit's name on the wire."""
    return f"{number:016x}"


def waiting(
    number: int, *, token: str | None = None, since: str = "10:30", **fields: Any
) -> dict[str, Any]:
    """Return a visit of a board, the ``number``-th token's unless told otherwise."""
    return {
        "visit": visit_id(number),
        "token": TOKENS[number % len(TOKENS)] if token is None else token,
        "state": "waiting",
        "since": wall_ms(since),
        "is_timed": True,
        **fields,
    }


def called(
    number: int,
    *,
    node: str = OTHER,
    at: str = "10:40",
    state: Literal["called", "serving", "parked"] = "called",
    **fields: Any,
) -> dict[str, Any]:
    """Return a visit that a terminal has called."""
    call = {"at": wall_ms(at), "node": node, "epoch": "c" * 32, "seq": number + 1}
    return waiting(number, **{"state": state, "call": call, **fields})


def board(visits: Sequence[dict[str, Any]] = (), **fields: Any) -> Board:
    """Return the board of two terminals, with little content; ``fields`` replace whole parts."""
    day = date.fromisoformat(fields.get("day", str(DAY)))
    hands = deal(SITE, day, list(TITLES))
    content: dict[str, Any] = {
        "schema": 1,
        "site": SITE,
        "title": "Mairie",
        "time_zone": "Europe/Paris",
        "version": "0" * 16,
        "composed_at": wall_ms("10:42"),
        "day": str(day),
        "visits": list(visits),
        "terminals": [
            {"node": node, "title": title, "hand": hands[node], "heard": 0}
            for node, title in TITLES.items()
        ],
        "inside": {"people": 12, "error": 2},
        "asks_pulse": True,
        "services": SERVICES,
        "desks": week_of_desks(day),
        "notices": NOTICES,
        "answers": ANSWERS,
        "needs": NEEDS,
        "contacts": CONTACTS,
        "phrases": PHRASES,
        "tallies": TALLIES,
    }
    return Board.model_validate(content | fields)


def bare_board(**fields: Any) -> Board:
    """Return a board of which nothing was told but that the site has two terminals."""
    empty: dict[str, Any] = {part: [] for part in LISTS}
    return board(**{**empty, "inside": None, "asks_pulse": False, **fields})


def busy_board(waiting_now: int = 24, **fields: Any) -> Board:
    """Return a board with so many open visits: first those called, then those parked."""
    visits = [
        waiting(n, since=f"{8 + n // 12:02}:{5 * n % 60:02}", service=_one(SERVICES, n)["service"])
        for n in range(waiting_now)
    ]
    if waiting_now > 4:  # one alone waits
        visits[0] = called(0, node=NODE, since="08:00", state="serving")
        visits[1] = called(1, since="08:05")
        visits[2] = called(2, since="08:10", state="parked")
        visits[3] = waiting(3, since="08:15", is_timed=False)
    return board(visits, **fields)


def longest_board(waiting_now: int = 24, **fields: Any) -> Board:
    """Return a board with as many things as it may hold, each with the longest texts.

    All at once they are more than ``MAX_BOARD_BYTES``: each part for itself is what may come.
    """
    services = [
        {
            "service": _long_name("service", n),
            "title": both(LONGEST_TITLE),
            "place": both(LONGEST_TITLE),
        }
        for n in range(MAX_SERVICES)
    ]
    needs = [
        {"need": _long_name("besoin", n), "title": both(LONGEST_TITLE)} for n in range(MAX_NEEDS)
    ]
    long: dict[str, Any] = {
        "title": ("Communauté d’agglomération, " * 8)[:200],
        "terminals": [
            {"node": node, "title": (f"{title}, " * 40)[:200], "hand": hand, "heard": 0}
            for (node, title), hand in zip(
                TITLES.items(), deal(SITE, DAY, list(TITLES)).values(), strict=True
            )
        ],
        "inside": {"people": 100_000, "error": 100_000},
        "services": services,
        "desks": [
            {
                "day": str(DAY + timedelta(days=n % 7)),
                "opens": "08:30",
                "closes": "12:15",
                "title": both(LONGEST_TITLE),
                "place": both(LONGEST_TITLE),
                "is_cancelled": n % 4 == 3,
            }
            for n in range(MAX_DESKS)
        ],
        "notices": [
            {"title": both(LONGEST_HEADING), "text": both(LONGEST_PARAGRAPH)}
            for _ in range(MAX_NOTICES)
        ],
        "answers": [
            {"said": both(LONGEST_HEADING), "done": both(LONGEST_PARAGRAPH)}
            for _ in range(MAX_ANSWERS)
        ],
        "needs": needs,
        "contacts": [
            {
                "contact": _long_name("lieu", n),
                "needs": [needs[n % MAX_NEEDS]["need"]],
                "title": LONGEST_TITLE,
                "address": LONGEST_HEADING,
                "phone": LONGEST_PHONE,
                "hours": both(LONGEST_HEADING),
                "detail": both(LONGEST_DETAIL),
            }
            for n in range(MAX_CONTACTS)
        ],
        "phrases": [
            {
                "phrase": _long_name("phrase", n),
                "texts": dict.fromkeys(PHRASES[0]["texts"], LONGEST_PHRASE),
                "arrow": ("left", "right", "up", "down")[n % 4],
            }
            for n in range(MAX_PHRASES)
        ],
        "tallies": [
            {
                "what": _long_name("releve", n),
                "title": both(LONGEST_TITLE),
                "categories": [
                    {"category": _long_name(f"sujet-{n}", m), "title": both(LONGEST_TITLE)}
                    for m in range(MAX_CATEGORIES)
                ],
            }
            for n in range(MAX_TALLIES)
        ],
    }
    visits = [
        waiting(n, since="04:00", service=_one(services, n)["service"]) for n in range(waiting_now)
    ]
    return board(visits, **(long | fields))


def slips(count: int = 2, *, is_longest: bool = False) -> Slips:
    """Return phone slips for one terminal."""
    words = "Rappeler avant midi au sujet du rendez-vous de demain, salle du conseil. "
    return Slips(
        schema=1,
        slips=[
            Slip(
                id=f"slip-{n}",
                written_at=wall_ms("10:15") + n * MINUTE_MS,
                caller=LONGEST_CALLER if is_longest else "Le gardien",
                phone=LONGEST_PHONE if is_longest else "01 23 45 67 89",
                text=(words * 3)[: MAX_SLIP_TEXT - 1] + "." if is_longest else words.strip(),
            )
            for n in range(min(count, MAX_SLIPS))
        ],
    )


def both(french: str, english: str | None = None) -> dict[str, str | None]:
    """Return a text in both languages."""
    return {"fr": french, "en": english}


def week_of_desks(first: date = DAY) -> list[dict[str, Any]]:
    """Return the duty desks of seven days, two or three on each weekday, some cancelled."""
    days = [day for n in range(7) if (day := first + timedelta(days=n)).weekday() < 5]
    return [
        {"day": str(day), **desk, "is_cancelled": (day.day + n) % 7 == 0}
        for day in days
        for n, desk in enumerate(_DESKS[: 2 + day.day % 2])
    ]


def _one(things: Sequence[dict[str, Any]], number: int) -> dict[str, Any]:
    return things[number % len(things)]


def _long_name(word: str, number: int) -> str:
    return f"{word}-{number}-".ljust(40, "x")


_DESKS: list[dict[str, Any]] = [
    {
        "opens": "09:00",
        "closes": "12:00",
        "title": both("Écrivain public", "Help with letters"),
        "place": both("Bureau 2", "Office 2"),
    },
    {
        "opens": "10:00",
        "closes": "16:30",
        "title": both("Conseillère numérique", "Digital help"),
        "place": both("Salle Jean-Moulin"),
    },
    {"opens": "14:00", "closes": "17:00", "title": both("Point conseil budget")},
]
SERVICES: list[dict[str, Any]] = [
    {
        "service": "accueil",
        "title": both("Accueil", "Reception"),
        "place": both("Guichet 1", "Desk 1"),
    },
    {
        "service": "etat-civil",
        "title": both("État civil", "Civil registry"),
        "place": both("Guichet 2", "Desk 2"),
    },
    {"service": "titres", "title": both("Titres d’identité", "Identity documents")},
]
NOTICES: list[dict[str, Any]] = [
    {
        "title": both("Fermeture vendredi à 16 h", "Closed on Friday from 4 pm"),
        "text": both("La mairie rouvre lundi à 8 h 30.", "We open again on Monday at 8:30."),
    },
    {"title": both("Inscriptions scolaires jusqu’au 15 mars")},
]
ANSWERS: list[dict[str, Any]] = [
    {
        "said": both("L’attente est longue le mardi", "Tuesdays are slow"),
        "done": both("Un second guichet ouvre le mardi matin.", "A second desk opens on Tuesdays."),
    }
]
NEEDS: list[dict[str, Any]] = [
    {"need": "logement", "title": both("Logement", "Housing")},
    {"need": "sante", "title": both("Santé", "Health")},
    {"need": "droits", "title": both("Accès aux droits", "Legal help")},
    {"need": "numerique", "title": both("Aide numérique")},
]
CONTACTS: list[dict[str, Any]] = [
    {
        "contact": "maison-du-logement",
        "needs": ["logement"],
        "title": "Maison du logement",
        "address": "12, rue des Écoles",
        "phone": "01 23 45 67 89",
        "hours": both("Du lundi au vendredi, 9 h – 12 h", "Monday to Friday, 9 to 12"),
        "detail": both("Demandes de logement social, aides, litiges.", "Social housing, aid."),
    },
    {
        "contact": "centre-de-sante",
        "needs": ["sante"],
        "title": "Centre de santé",
        "address": "3, place du Marché",
        "phone": "01 98 76 54 32",
    },
    {
        "contact": "point-justice",
        "needs": ["droits", "logement"],
        "title": "Point-justice",
        "hours": both("Sur rendez-vous", "By appointment"),
    },
]
PHRASES: list[dict[str, Any]] = [
    {
        "phrase": "premier-etage",
        "arrow": "up",
        "texts": {
            "fr": "Montez au premier étage.",
            "en": "Go up to the first floor.",
            "es": "Suba al primer piso.",
            "pt": "Suba ao primeiro andar.",
            "it": "Salga al primo piano.",
            "de": "Gehen Sie in den ersten Stock.",
            "nl": "Ga naar de eerste verdieping.",
            "pl": "Proszę wejść na pierwsze piętro.",
            "ro": "Urcați la etajul întâi.",
            "sq": "Ngjituni në katin e parë.",
            "tr": "Birinci kata çıkın.",
            "vi": "Hãy lên tầng một.",
            "ru": "Поднимитесь на второй этаж.",
            "uk": "Підніміться на другий поверх.",
            "el": "Ανεβείτε στον πρώτο όροφο.",
        },
    },
    {
        "phrase": "toilettes",
        "arrow": "left",
        "texts": {"fr": "Les toilettes sont à gauche.", "en": "The toilets are on the left."},
    },
    {"phrase": "asseyez-vous", "texts": {"fr": "Asseyez-vous, on vous appellera."}},
]
TALLIES: list[dict[str, Any]] = [
    {
        "what": "repeated-question",
        "title": both("Question répétée", "Repeated question"),
        "categories": [
            {"category": "toilettes", "title": both("Où sont les toilettes ?", "Toilets")},
            {"category": "horaires", "title": both("Horaires", "Opening hours")},
        ],
    },
    {"what": "misorientation", "title": both("Mauvaise orientation", "Sent to the wrong place")},
    {"what": "phone", "title": both("Téléphone", "Phone")},
    {"what": "incident", "title": both("Incident", "Incident")},
]
