"""Past counts through the page: judged, read, kept, taken back."""

from __future__ import annotations

import base64
import random
import re
import zlib
from html import unescape

import pytest

from pasperdus_collector.past_counts.faults import FAULTS, Fault
from pasperdus_collector.past_counts.parse import MAX_BYTES
from pasperdus_dashboards.shell.languages import languages
from pasperdus_dashboards.stored import fault_words
from pasperdus_dashboards.stored.carried import MOST_CARRIED, pack, unpack
from support.pages import Site, plain

IMPORT = "/donnees/import"
IMPORTS = "/api/v1/sites/default/imports"
COUNTS = b"time;in;out\n2024-03-01 08:00;12;7\n2024-03-01 08:30;19;15\n2024-03-01 09:00;;\n"
ASKED = {"title": "Compteur 2024", "local_times": "site"}


def text(html: str) -> str:
    return re.sub(r"\s+", " ", plain(re.sub(r"<[^>]+>", " ", html)))


def hidden(html: str) -> dict[str, str]:
    """Return the fields that a page carries along."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def test_a_file_is_read_before_it_is_kept_and_can_be_taken_back(day_site: Site) -> None:
    checked = day_site.post(IMPORT, ASKED, files={"file": ("counts.csv", COUNTS)})

    assert checked.status_code == 200, checked.text
    assert "Entrées 31 Sorties 22" in text(checked.text)
    assert day_site.get(IMPORTS).json() == []

    kept = day_site.followed(day_site.post(IMPORT, hidden(checked.text)))

    assert "C’est importé." in text(kept.text)
    assert "Compteur 2024" in text(kept.text)
    assert "une ligne pour 30 minutes : 31 entrées, 22 sorties" in text(kept.text)
    (there,) = day_site.get(IMPORTS).json()
    assert (there["title"], there["passages_in"]) == ("Compteur 2024", 31)

    asked = day_site.get(f"{IMPORT}/retirer?id={there['id']}")
    assert "Retirer « Compteur 2024 » ?" in text(asked.text)
    gone = day_site.followed(day_site.post(f"{IMPORT}/retirer", hidden(asked.text)))

    assert "L’import est retiré" in text(gone.text)
    assert day_site.get(IMPORTS).json() == []
    again = day_site.post(f"{IMPORT}/retirer", hidden(asked.text))
    assert again.status_code == 404


def test_what_is_wrong_stands_beside_its_line_and_nothing_is_kept(day_site: Site) -> None:
    broken = COUNTS.replace(b";19;15", b";-3;15") + b"2024-03-01 09:10;1;1\n"

    answer = day_site.post(IMPORT, ASKED, files={"file": ("counts.csv", broken)})

    assert answer.status_code == 422
    page = text(answer.text)
    assert "2 problèmes dans ce fichier : rien n’a été importé." in page
    assert "3 « -3 » est négatif. Corrigez, ou laissez la cellule vide." in page
    assert "5 « 2024-03-01 09:10 » n’est pas un quart d’heure juste." in page
    assert 'value="Compteur 2024"' in answer.text
    assert day_site.get(IMPORTS).json() == []


def test_a_file_and_a_title_are_asked_for(day_site: Site) -> None:
    answer = day_site.post(IMPORT, {"title": " "}, files={"file": ("", b"")})

    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text
    assert 'id="title-error"' in answer.text


def test_somebody_who_imports_the_same_twice_is_told(day_site: Site) -> None:
    checked = day_site.post(IMPORT, ASKED, files={"file": ("counts.csv", COUNTS)})
    day_site.post(IMPORT, hidden(checked.text))

    again = day_site.post(IMPORT, hidden(checked.text))

    assert again.status_code == 422
    assert "l’import « Compteur 2024 » porte sur le même moment" in text(again.text)
    assert len(day_site.get(IMPORTS).json()) == 1


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_reason_has_words(code: str) -> None:
    assert fault_words.reasons() == set(FAULTS)
    for reason, (what, _) in FAULTS.items():
        names = re.findall(r"%\((\w+)\)", what)
        values: dict[str, object] = {
            name: 48 if name.endswith("_quarters") else f"<{name}>" for name in names
        }
        fault = Fault(line=3, reason=reason, values=values)

        told = fault_words.fault_words(fault, languages()[code])

        for name in set(names) - {"id"}:  # the title says more
            expected = {"fr": "12 heures", "en": "12 hours"}[code]
            assert (expected if name.endswith("_quarters") else f"<{name}>") in plain(told.what)
        assert fault.what
        assert told.remedy.endswith((".", "»", "”"))


def test_a_small_file_travels_along_and_a_large_one_does_not() -> None:
    assert unpack(pack(COUNTS), most=MAX_BYTES) == COUNTS
    seeded = random.Random(20261124)
    assert pack(seeded.randbytes(MOST_CARRIED)) == ""


def test_what_no_page_of_ours_wrote_is_no_file() -> None:
    bomb = base64.b64encode(zlib.compress(bytes(1_000_000), 9)).decode()

    assert unpack(bomb, most=999_999) is None
    assert unpack(bomb, most=1_000_000) == bytes(1_000_000)
    for text_sent in ("x", "é" * 8, "AAAA", pack(COUNTS)[:-8], "A" * (MOST_CARRIED + 1)):
        assert unpack(text_sent, most=MAX_BYTES) is None
