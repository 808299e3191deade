"""Contents as screens show them: title, text and sign, in the reader's language (pure)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pasperdus_collector.reception.content import (
    Answer,
    Contact,
    Content,
    Desk,
    Kind,
    Need,
    Notice,
    Phrase,
    Service,
    Tally,
)
from pasperdus_collector.reception.content_store import Stored
from pasperdus_dashboards.reception.week_words import between, told
from pasperdus_service.languages import Language

_WRITTEN_IN: Mapping[Kind, tuple[str, str]] = {
    "service": ("title", "place"),
    "notice": ("title", "text"),
    "answer": ("said", "done"),
    "need": ("title", ""),
    "phrase": ("texts", ""),
}
"""The fields of title and text, of kinds that show them as they are written."""
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A content as screens show it: a title, what stands under it, and a sign beside it."""

    title: str
    text: str = ""
    fine: str = ""
    sign: str = ""
    label: str = ""
    text_label: str = ""
    title_of: str = ""
    """The fields of a form that the title is written in, the reader's language first."""

    text_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How services and needs are called, by their names."""

    services: Mapping[str, Service]
    needs: Mapping[str, Need]

    @classmethod
    def among(cls, stored: Iterable[Stored]) -> "Names":
        """Return those of a site's contents."""
        contents = [each.content for each in stored]
        return cls(
            services={each.name: each for each in contents if isinstance(each, Service)},
            needs={each.name: each for each in contents if isinstance(each, Need)},
        )


def preview_of(content: Content, language: Language, names: Names) -> Preview:
    """Return a content as screens show it."""
    preview = _PREVIEWS[type(content)](content, language, names)
    return _with_fields(preview, content.kind, language)


def preview_of_nothing(kind: Kind, language: Language) -> Preview | None:
    """Return what a preview follows while somebody writes; None where it could not."""
    if kind not in _WRITTEN_IN:
        return None
    return _with_fields(Preview(title="", **_labels(kind, language)), kind, language)


def _with_fields(preview: Preview, kind: Kind, language: Language) -> Preview:
    title, text = _WRITTEN_IN.get(kind, ("", ""))
    return replace(preview, title_of=_fields(title, language), text_of=_fields(text, language))


def _fields(name: str, language: Language) -> str:
    codes = ["fr"] if name == "texts" or language.code == "fr" else [language.code, "fr"]
    return " ".join(f"{name}.{code}" for code in codes) if name else ""


def _labels(kind: Kind, language: Language) -> dict[str, str]:
    if kind != "answer":
        return {}
    return {"label": language.gettext("You said"), "text_label": language.gettext("We did")}


def _service(each: Any, language: Language, _names: Names) -> Preview:
    return Preview(title=told(each.title, language), text=told(each.place, language))


def _desk(each: Any, language: Language, names: Names) -> Preview:
    service = names.services.get(each.service) if each.service else None
    title = each.title or (service.title if service else None)
    place = each.place or (service.place if service else None)
    hours = between(each.opens, each.closes, language)
    where = told(place, language)
    return Preview(title=told(title, language), text=f"{hours} · {where}" if where else hours)


def _notice(each: Any, language: Language, _names: Names) -> Preview:
    return Preview(title=told(each.title, language), text=told(each.text, language))


def _answer(each: Any, language: Language, _names: Names) -> Preview:
    return Preview(
        title=told(each.said, language),
        text=told(each.done, language),
        **_labels("answer", language),
    )


def _need(each: Any, language: Language, _names: Names) -> Preview:
    return Preview(title=told(each.title, language))


def _contact(each: Any, language: Language, _names: Names) -> Preview:
    lines = (each.address, each.phone, told(each.hours, language))
    return Preview(
        title=each.title,
        text=" · ".join(line for line in lines if line),
        fine=told(each.detail, language),
    )


def _phrase(each: Any, _language: Language, _names: Names) -> Preview:
    return Preview(title=each.texts["fr"], sign=_ARROWS.get(each.arrow or "", ""))


def _tally(each: Any, language: Language, _names: Names) -> Preview:
    return Preview(
        title=told(each.title, language),
        text=" · ".join(told(category.title, language) for category in each.categories),
    )


_PREVIEWS: Mapping[type[Content], Callable[[Any, Language, Names], Preview]] = {
    Service: _service,
    Desk: _desk,
    Notice: _notice,
    Answer: _answer,
    Need: _need,
    Contact: _contact,
    Phrase: _phrase,
    Tally: _tally,
}
