"""Contents of a site as people write them, one of each kind, and forms made of them."""

from __future__ import annotations

from typing import Any

from pasperdus_collector.reception.content import FORMS, Content, Kind

WRITTEN: dict[Kind, dict[str, Any]] = {
    "service": {
        "name": "etat-civil",
        "title": {"fr": "État civil", "en": "Registry office"},
        "place": {"fr": "Bureau 2"},
    },
    "desk": {
        "name": "impots",
        "title": {"fr": "Impôts", "en": "Taxes"},
        "weekdays": ["monday"],
        "opens": "09:00",
        "closes": "12:00",
    },
    "notice": {
        "name": "travaux",
        "title": {"fr": "Ascenseur en panne", "en": "Lift out of order"},
        "text": {"fr": "Demandez à l’accueil : quelqu’un vous accompagne."},
    },
    "answer": {
        "name": "bancs",
        "said": {"fr": "On attend debout"},
        "done": {"fr": "Douze sièges de plus depuis mars."},
    },
    "need": {"name": "logement", "title": {"fr": "Se loger", "en": "Housing"}},
    "contact": {
        "name": "adil",
        "needs": ["logement"],
        "title": "ADIL",
        "address": "4 rue de l’Église",
        "phone": "01 23 45 67 89",
        "hours": {"fr": "Du lundi au vendredi, 9 h – 12 h"},
        "detail": {"fr": "Conseil gratuit sur les droits des locataires."},
    },
    "phrase": {
        "name": "escalier",
        "texts": {"fr": "L’escalier est à droite.", "de": "Die Treppe ist rechts."},
        "arrow": "right",
    },
    "tally": {
        "name": "phone",
        "title": {"fr": "Téléphone", "en": "Telephone"},
        "categories": [{"category": "horaires", "title": {"fr": "Horaires"}}],
    },
}


def content(kind: Kind, **changed: Any) -> Content:
    """Return the example of a kind, changed."""
    return FORMS[kind].model_validate({**WRITTEN[kind], **changed})
