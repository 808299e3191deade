"""What a browser adds to the forms of the page *Accueil* while somebody writes."""

from __future__ import annotations

import pytest

from support.browsing import CHROMIUM, Opening
from support.pages import Site, plain
from support.reception_pages import RECEPTION, contents_of, written
from support.serving import served


@pytest.mark.slow(about_s=6)
@pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium of the system")
def test_the_room_that_is_left_and_the_screen_follow_what_is_written(
    site: Site, browse: Opening
) -> None:
    written(contents_of(site), "notice")

    with served(site.web) as address:
        tab = browse()
        tab.open(f"{address}{RECEPTION}/annonce")
        assert not tab.page.is_visible(".preview")
        tab.page.fill('[id="title.fr"]', "Fermé à midi")
        assert tab.page.inner_text(".preview .tile-title") == "Fermé à midi"
        assert plain(tab.page.inner_text('[data-of="title.fr"]')) == "Il reste 48 caractères."

        tab.open(f"{address}{RECEPTION}/annonce/travaux?lang=en")
        assert tab.page.inner_text(".preview h2") == "As screens show it now"
        tab.page.fill('[id="title.en"]', "")
        assert tab.page.inner_text(".preview .tile-title") == "Ascenseur en panne"
        tab.page.fill('[id="title.fr"]', "x" * 59)
        assert tab.page.inner_text('[data-of="title.fr"]') == "1 character left."
        assert not tab.complaints()
