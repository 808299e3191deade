"""The privacy notice: what is declared of each thing, as rows that people can read."""

from dataclasses import dataclass

from pasperdus_collector.stored.declared import CATEGORIES, Category, Kept
from pasperdus_collector.stored.notice import Elsewhere, Notice
from pasperdus_dashboards.stored.kept_words import (
    about,
    goes_to,
    kept_for,
    purposes,
    words,
)
from pasperdus_service.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One kind of thing that concerns somebody."""

    code: str
    name: str
    says: str
    about: str
    purpose: str
    kept_for: str
    goes_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsRow:
    """One table or message, field by field."""

    name: str
    nobody: str
    somebody: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsOf:
    """All the fields of one kind of thing."""

    title: str
    rows: list[FieldsRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """What the notice lists; sentences stand in its template."""

    rows: list[NoticeRow]
    nobody: list[str]
    """What concerns nobody, by name."""

    leaves: list[str]
    """What leaves this machine, one sentence each."""

    fields: list[FieldsOf]


def notice_view(notice: Notice, language: Language) -> NoticeView:
    """Return the lists of a notice: what needs most care comes first."""
    told = words(language)
    concerning = sorted(
        (kept for kept in notice.kept if kept.category != "none"),
        key=lambda kept: -CATEGORIES.index(kept.category),
    )
    return NoticeView(
        rows=[_row(kept, notice, language) for kept in concerning],
        nobody=[told[kept.kept].name for kept in notice.kept if kept.category == "none"],
        leaves=_leaves(notice, language),
        fields=[FieldsOf(title=told[kept.kept].name, rows=_fields(kept)) for kept in notice.kept],
    )


def _row(kept: Kept, notice: Notice, language: Language) -> NoticeRow:
    told = words(language)[kept.kept]
    return NoticeRow(
        code=kept.kept,
        name=told.name,
        says=told.says,
        about=about(kept, language),
        purpose=purposes(language)[kept.purpose],
        kept_for=kept_for(kept.retention, language),
        goes_to=goes_to(notice.recipients(kept), language),
    )


def _leaves(notice: Notice, language: Language) -> list[str]:
    gettext, found = language.gettext, []
    broker, influx = notice.broker, notice.influx
    if not broker.is_this_machine:
        found.append(
            gettext(
                "What nodes record passes through the message broker %(host)s, %(transport)s.",
                host=broker.host,
                transport=_transport(broker, language),
            )
        )
    if influx is not None:
        found.append(
            gettext(
                "Published sums and the titles of prototype periods are copied to InfluxDB on "
                "%(host)s, %(transport)s. Whoever runs it is a recipient too; check in which "
                "country it stands.",
                host=influx.host,
                transport=_transport(influx, language),
            )
        )
    if notice.home_assistant:
        found.append(
            gettext(
                "Home Assistant is told how many came in and went out today, how many are inside, "
                "and how each node is. It keeps these in a history of its own."
            )
        )
    return found


def _transport(elsewhere: Elsewhere, language: Language) -> str:
    if elsewhere.is_encrypted:
        return language.gettext("over an encrypted connection")
    if elsewhere.is_this_machine:
        return language.gettext("on this machine")
    return language.gettext("without encryption")


def _fields(kept: Kept) -> list[FieldsRow]:
    rows = []
    for fields in kept.all_fields():
        found: dict[Category, list[str]] = {category: [] for category in CATEGORIES}
        for category, name in fields.by_category():
            found[category].append(name)
        nobody = found.pop("none")
        somebody = [name for names in found.values() for name in names]
        rows.append(
            FieldsRow(name=fields.name, nobody=", ".join(nobody), somebody=", ".join(somebody))
        )
    return rows
