"""The page *Accueil* of a site with contents, used as by a browser without scripts."""

from __future__ import annotations

import re
from html import unescape

import httpx

from pasperdus_collector.api.contents import Contents
from pasperdus_collector.api.sheets import Sheets
from pasperdus_collector.reception.content import Kind
from support.contents import WRITTEN
from support.pages import ListeningWriter, Site, plain

RECEPTION = "/accueil"


def writer_of(site: Site) -> ListeningWriter:
    """Return a writer on the ledger of a site."""
    return ListeningWriter(site.place.ledger, on_commit=lambda: None)


def contents_of(site: Site) -> Contents:
    """Return what pages and API write contents with; the site is there from then on."""
    site.place.status("accueil-1", site.now_ms, screen="agent")
    path = site.place.ledger.path
    return Contents(path, writer_of(site), now_ms=lambda: site.now_ms)


def sheets_of(site: Site) -> Sheets:
    """Return what pages and API write sheets with; the site is there from then on."""
    site.place.status("accueil-1", site.now_ms, screen="agent")
    path = site.place.ledger.path
    return Sheets(path, writer_of(site), now_ms=lambda: site.now_ms)


def written(contents: Contents, kind: Kind, **changed: object) -> None:
    """Add the example of a kind, changed."""
    contents.add("default", kind, {**WRITTEN[kind], **changed})


def text(answer: httpx.Response) -> str:
    """Return what a page says, without its marks, with plain spaces."""
    main = answer.text.partition('<main id="main"')[2].partition("</main>")[0]
    told = re.sub(r"<(s|/s|strong|/strong|span[^>]*|/span)>", "", main)
    return re.sub(r"\s+", " ", plain(unescape(re.sub(r"<[^>]+>", " ", told)))).strip()


def filled(answer: httpx.Response, action: str) -> dict[str, list[str]]:
    """Return the fields of one form of a page as a browser would send them, unchanged."""
    (form,) = re.findall(
        rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', answer.text, re.DOTALL
    )
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        told = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if told.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        fields.setdefault(told["name"], []).append(unescape(told.get("value", "")))
    for name, value in re.findall(r'<textarea id="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        fields[name] = [unescape(value)]
    for name, options in re.findall(r'<select id="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected>', options)
        fields[name] = [unescape(each) for each in chosen[:1]]
    return fields


def undone(site: Site, answer: httpx.Response) -> httpx.Response:
    """Press « Annuler » on the page that a change led to."""
    page = site.followed(answer)
    (word,) = re.findall(r'name="word" value="([^"]*)"', page.text)
    return site.followed(site.post("/annuler", {"word": word}))
