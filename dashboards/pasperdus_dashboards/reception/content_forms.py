"""Contents as form fields, and form fields as the API takes contents (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import count
from typing import Any, Literal

from pasperdus_collector.reception.content import Content, Kind
from pasperdus_contract import board
from pasperdus_dashboards.shell.forms import Values, whole_number

_Shape = Literal["both", "maybe_both", "line", "maybe_line", "several", "days", "yes", "number"]
_SHAPES: Mapping[Kind, Mapping[str, _Shape]] = {
    "service": {"title": "both", "place": "maybe_both"},
    "desk": {
        "service": "maybe_line",
        "title": "maybe_both",
        "place": "maybe_both",
        "weekdays": "several",
        "dates": "days",
        "opens": "line",
        "closes": "line",
        "cancelled": "days",
        "held_when_closed": "yes",
    },
    "notice": {"title": "both", "text": "maybe_both"},
    "answer": {"said": "both", "done": "both"},
    "need": {"title": "both"},
    "contact": {
        "needs": "several",
        "title": "line",
        "address": "maybe_line",
        "phone": "maybe_line",
        "hours": "maybe_both",
        "detail": "maybe_both",
    },
    "phrase": {"arrow": "maybe_line"},
    "tally": {"title": "both", "is_shown": "yes"},
}
_OF_ALL: Mapping[str, _Shape] = {
    "valid_from": "maybe_line",
    "valid_to": "maybe_line",
    "position": "number",
}
_NAMED_AFTER = {"answer": "said.fr", "phrase": "texts.fr", "contact": "title"}
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_NAME_MOST = 40


def values_of(content: Content) -> dict[str, list[str]]:
    """Return the fields of a form that shows a content."""
    told = content.model_dump(mode="json")
    found: dict[str, list[str]] = {}
    for name, shape in {**_SHAPES[content.kind], **_OF_ALL}.items():
        found.update(_fields(name, shape, told[name]))
    if content.kind == "phrase":
        found.update({f"texts.{code}": [text] for code, text in told["texts"].items()})
    if content.kind == "tally":
        for n, each in enumerate(told["categories"]):
            found[f"categories.{n}.category"] = [each["category"]]
            for code in ("fr", "en"):
                found[f"categories.{n}.title.{code}"] = [each["title"][code] or ""]
    return found


def sent_content(kind: Kind, values: Values) -> dict[str, Any]:
    """Return what the fields of a form say, as :meth:`Contents.change` takes it.

    What nobody filled in is None. What cannot be read is left as it was written, for the collector
    to say what is wrong with it.
    """
    told = {
        name: _value(name, shape, values) for name, shape in {**_SHAPES[kind], **_OF_ALL}.items()
    }
    if kind == "phrase":
        told["texts"] = {
            code: _line(values, f"texts.{code}") or (None if code != "fr" else "")
            for code in board.PHRASE_LANGUAGES
        }
    if kind == "tally":
        told["categories"] = _categories(values)
    return told


def new(kind: Kind, values: Values, *, taken: Iterable[str]) -> dict[str, Any]:
    """Return what the fields of a form say, as :meth:`Contents.add` takes it, with a free name."""
    told = sent_content(kind, values)
    if kind == "phrase":
        told["texts"] = {code: text for code, text in told["texts"].items() if text is not None}
    title = _line(values, _NAMED_AFTER.get(kind, "title.fr")) or _line(values, "service") or kind
    return {**told, "name": free_name(title, taken, otherwise=kind)}


def whole(content: Content) -> dict[str, Any]:
    """Return everything that a content says, so that it can be put back as it was."""
    return content.model_dump(mode="json")


def back(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change that makes a content as it was before: also languages that came are taken."""
    return {
        name: {**dict.fromkeys(now[name]), **value}
        if isinstance(value, Mapping) and isinstance(now.get(name), Mapping)
        else value
        for name, value in before.items()
    }


def field_of(kind: Kind, path: str, values: Values) -> str:
    """Return the field at which something refused is told; empty where none is to blame."""
    names = [*_SHAPES[kind], *_OF_ALL]
    if kind == "tally" and path.startswith("categories."):
        place, _, rest = path.removeprefix("categories.").partition(".")
        rows = list(_filled_rows(values))
        number = whole_number(place)
        if number is not None and number < len(rows):
            field = rest if rest.startswith("title.") else "title.fr"
            return f"categories.{rows[number]}.{field}"
    if kind == "phrase" and path.startswith("texts"):
        _, _, code = path.rpartition("texts.")
        return f"texts.{code if code in board.PHRASE_LANGUAGES else 'fr'}"
    first, _, rest = path.partition(".")
    if first not in names:
        return ""
    if {**_SHAPES[kind], **_OF_ALL}[first] in ("both", "maybe_both"):
        return f"{first}.{rest if rest in ('fr', 'en') else 'fr'}"
    return first


def free_name(title: str, taken: Iterable[str], *, otherwise: str) -> str:
    """Return a name made of a title, as names have to be, that nothing has yet."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or otherwise
    there = set(taken)
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        name = base[: _NAME_MOST - len(ending)].strip("-") + ending
        if name not in there:
            return name
    raise AssertionError("numbers do not end")


def _fields(name: str, shape: _Shape, value: Any) -> dict[str, list[str]]:
    match shape:
        case "both" | "maybe_both":
            return {f"{name}.{code}": [(value or {}).get(code) or ""] for code in ("fr", "en")}
        case "several":
            return {name: list(value)}
        case "days":
            return {name: [" ".join(_written_day(each) for each in value)]}
        case "yes":
            return {name: ["on"] if value else []}
        case "line" | "maybe_line" | "number":
            return {name: ["" if value is None else str(value)]}


def _value(name: str, shape: _Shape, values: Values) -> Any:
    match shape:
        case "both" | "maybe_both":
            french, english = (_line(values, f"{name}.{code}") for code in ("fr", "en"))
            if shape == "maybe_both" and not french and not english:
                return None
            return {"fr": french, "en": english or None}
        case "several":
            return list(values.get(name, ()))
        case "days":
            return [_read_day(each) for each in re.split(r"[\s,;]+", _line(values, name)) if each]
        case "yes":
            return bool(values.get(name))
        case "number":
            text = _line(values, name)
            number = whole_number(text)
            return text or None if number is None else number
        case "maybe_line":
            return _line(values, name) or None
        case "line":
            return _line(values, name)


def _categories(values: Values) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    rows = list(_filled_rows(values))
    taken = {_line(values, f"categories.{n}.category") for n in rows}
    for n in rows:
        title = {
            "fr": _line(values, f"categories.{n}.title.fr"),
            "en": _line(values, f"categories.{n}.title.en") or None,
        }
        name = _line(values, f"categories.{n}.category") or free_name(
            title["fr"] or "", taken, otherwise="categorie"
        )
        taken.add(name)
        found.append({"category": name, "title": title})
    return found


def _filled_rows(values: Values) -> Iterable[int]:
    return (
        n
        for n in range(board.MAX_CATEGORIES)
        if any(_line(values, f"categories.{n}.title.{code}") for code in ("fr", "en"))
    )


def _line(values: Values, name: str) -> str:
    """Return one field; line breaks of a large field are spaces: screens break lines themselves."""
    return " ".join("".join(values.get(name, ())[:1]).split("\n")).replace("\r", "").strip()


def _written_day(day: str) -> str:
    return date.fromisoformat(day).strftime("%d/%m/%Y")


def _read_day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    day, month, year = (int(part) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}"
