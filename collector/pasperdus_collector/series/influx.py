"""InfluxDB: written with its client, read back with InfluxQL.

``/api/v2/write`` is what 1.8, 2 and 3 all take, and InfluxQL at ``/query`` is what they all answer.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

from pasperdus_collector.config import InfluxSettings
from pasperdus_collector.errors import CollectorError
from pasperdus_collector.series.card import SiteCard
from pasperdus_collector.series.line_protocol import CARD_S, CARDS, measurements, tags_of
from pasperdus_collector.series.periods import PERIODS
from pasperdus_collector.series.published import FleetQuestion, Group, RowQuestion, Values
from pasperdus_contract.fields import QUARTER_MS

CHUNK_ROWS = 288
"""Buckets asked for at once: three days of quarter-hours, nine months of days.

InfluxDB 3 Core refuses a question that touches more than 432 of its files, and a file holds ten
minutes: so more than three days of rows that each lie in another one.
"""

_UNKNOWN_TABLE = re.compile(r"(table|measurement)\b.*\bnot found", re.IGNORECASE)
_UNKNOWN_BUCKET = re.compile(r"(database|bucket)\b.*\bnot found", re.IGNORECASE)
_REFUSALS = frozenset({200, 400, 405, 422, 501})  # 200 with an error in its body
_WHAT_TO_DO = {
    401: "check the token or the password in [influx]",
    403: "let the token or the user of [influx] read and write the bucket",
    404: "create the bucket (of InfluxDB 1: the database), and use InfluxDB 1.8 or newer",
    413: "let the server take requests of 5 MB",
}


class InfluxError(CollectorError):
    """InfluxDB cannot be reached, or refuses; the text says what to do.

    ``is_refused``: it understood and does not do this, now or later.
    """

    def __init__(self, told: str, *, is_refused: bool = False) -> None:
        super().__init__(told)
        self.is_refused = is_refused


class InfluxServer:
    """One bucket of one server. A request is one attempt: whoever asks decides when to try again.

    Raises :class:`InfluxError` when the client is not installed, and
    :class:`~pasperdus_service.errors.SettingsError` when a secret cannot be read.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        client, urllib3 = _import_client()
        self._settings = settings
        self._http_errors = urllib3.exceptions.HTTPError
        self._refusal = client.rest.ApiException
        credentials, context = settings.credentials(), settings.tls_context()
        self._client = client.InfluxDBClient(
            url=settings.url,
            token=credentials,
            org=settings.org,
            timeout=round(settings.timeout_s * 1000),
            enable_gzip=True,
            ssl_context=context,
        )
        self._writing = self._client.write_api(write_options=client.client.write_api.SYNCHRONOUS)
        self._seconds = client.WritePrecision.S
        self._pool = urllib3.PoolManager(
            maxsize=4,
            timeout=settings.timeout_s,
            retries=False,
            **({} if context is None else {"ssl_context": context}),
        )
        self._headers = {} if credentials is None else {"Authorization": self._signed(credentials)}

    def write(self, lines: Sequence[str]) -> None:
        """Write lines with times in seconds; on return the server has them.

        Raises :class:`InfluxError` when it does not say so: it may have some of them even then.
        """
        try:
            self._writing.write(
                bucket=self._settings.bucket,
                record="\n".join(lines),
                write_precision=self._seconds,
            )
        except self._refusal as error:
            raise self._refused(error.status, error.body or error.reason) from error
        except self._http_errors as error:
            raise self._unreachable(error) from error

    def select(
        self, measurement: str, fields: Sequence[str], where: str
    ) -> Sequence[Sequence[Any]]:
        """Return rows of a time (ms since 1970 UTC) and the fields.

        Of a measurement that is not there, nothing is found.
        """
        listed = ", ".join(map(_identifier, fields))
        series = self._ask(
            "GET",
            f"SELECT {listed} FROM {_identifier(measurement)} WHERE {where}",  # noqa: S608 (quoted)
        )
        if not series:
            return ()
        if len(series) > 1 or series[0].get("columns") != ["time", *fields]:
            raise self._strange()
        rows: Sequence[Sequence[Any]] = series[0].get("values", ())
        return rows

    def select_by_site(
        self, measurement: str, fields: Sequence[str], where: str
    ) -> Iterator[tuple[tuple[str, str], Sequence[Sequence[Any]]]]:
        """Yield collector and site with their rows, each as :meth:`select` returns them."""
        listed = ", ".join(map(_identifier, fields))
        for series in self._ask(
            "GET",
            f"SELECT {listed} FROM {_identifier(measurement)} WHERE {where} "  # noqa: S608 (quoted)
            'GROUP BY "collector", "site"',
        ):
            tags = series.get("tags", {})
            if series.get("columns") != ["time", *fields] or tags.keys() != {"collector", "site"}:
                raise self._strange()
            yield (tags["collector"], tags["site"]), series.get("values", ())

    def delete(self, tags: Mapping[str, str]) -> None:
        """Delete every published point that has these tags."""
        for name in [CARDS, PERIODS, *measurements()]:
            self._delete_from(name, tags)

    def delete_periods(self, tags: Mapping[str, str]) -> None:
        """Delete every trial period that has these tags."""
        self._delete_from(PERIODS, tags)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self._pool.clear()

    def _delete_from(self, measurement: str, tags: Mapping[str, str]) -> None:
        if self._ask("POST", f"DELETE FROM {_identifier(measurement)} WHERE {_tags_are(tags)}"):  # noqa: S608
            raise self._strange()

    def _ask(self, method: str, influxql: str) -> list[dict[str, Any]]:
        asked = {"db": self._settings.bucket, "epoch": "ms", "q": influxql}
        try:
            answer = self._pool.request_encode_url(
                method, f"{self._settings.url}/query", fields=asked, headers=self._headers
            )
        except self._http_errors as error:
            raise self._unreachable(error) from error
        try:
            told = json.loads(answer.data)
            results = told.get("results", [])
            fault = told.get("error") or next(
                (each["error"] for each in results if "error" in each), None
            )
        except (ValueError, AttributeError, TypeError):
            raise self._refused(answer.status, answer.data[:200].decode(errors="replace")) from None
        if fault is not None and _UNKNOWN_TABLE.search(str(fault)):
            return []
        if answer.status != 200 or fault is not None:
            raise self._refused(answer.status, str(fault or told.get("message", told)))
        series = [each for result in results for each in result.get("series", [])]
        if any(part.get("partial") for part in [*results, *series]):
            raise InfluxError(
                f"InfluxDB {self._settings.url} cut its answer short; raise its max-row-limit to "
                f"{CHUNK_ROWS} or more"
            )
        return series

    def _signed(self, credentials: str) -> str:
        if self._settings.username is None:
            return f"Token {credentials}"
        return f"Basic {b64encode(credentials.encode()).decode()}"

    def _refused(self, status: int, reason: object) -> InfluxError:
        # Of a question InfluxDB 1 says so with status 200; once it is there, all goes on.
        lacks_bucket = _UNKNOWN_BUCKET.search(str(reason)) is not None
        status = 404 if lacks_bucket else status
        what_to_do = _WHAT_TO_DO.get(status, "see the server's log")
        return InfluxError(
            f"InfluxDB {self._settings.url} answered {status}: {str(reason).strip()}; {what_to_do}",
            is_refused=status in _REFUSALS,
        )

    def _strange(self) -> InfluxError:
        return InfluxError(
            f"{self._settings.url} takes points but does not answer InfluxQL, as VictoriaMetrics "
            "does not; give the url of an InfluxDB to read series from it, or to delete some",
            is_refused=True,
        )

    def _unreachable(self, error: Exception) -> InfluxError:
        return InfluxError(
            f"InfluxDB {self._settings.url} cannot be reached: {error}; check [influx] url, and "
            "that the server runs"
        )


class InfluxRows:
    """Published rows read back from InfluxDB: of every collector that shares the bucket."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server

    def cards(self, site: str | None = None) -> list[SiteCard]:
        """Return the sites that can be asked about, by collector and name, or those of one name."""
        named = "" if site is None else f" AND {_tags_are({'site': site})}"
        found = self._server.select(
            CARDS, ["card"], f"time >= {CARD_S}s AND time < {CARD_S + 1}s{named}"
        )
        cards = [SiteCard.from_json(card) for _, card in found]
        return sorted(cards, key=lambda card: (card.collector, card.site))

    def rows(self, question: RowQuestion) -> Mapping[int, Values]:
        """Return the known rows by the quarter at which their bucket begins."""
        starts = set(question.edges[:-1])
        wanted = question.wanted
        fields = list(dict.fromkeys((*wanted, *_telling(question.group))))
        kinds = [question.group.fields[name] for name in fields]
        rows: dict[int, Values] = {}
        measurement = question.group.measurement(question.bucket)
        for where in _conditions(question):
            for at_ms, *told in self._server.select(measurement, fields, where):
                quarter, rest_ms = divmod(at_ms, QUARTER_MS)
                # Other starts are of a time zone that the site was in; zeros say: not known.
                if not rest_ms and quarter in starts and any(told):
                    rows[quarter] = tuple(
                        kind(value or 0)
                        for kind, value in zip(kinds, told[: len(wanted)], strict=False)
                    )
        return rows

    def fleet(self, question: FleetQuestion) -> list[Mapping[int, Values]]:
        """Return the known rows of each whole site: one question for all, however many."""
        fields = list(dict.fromkeys((*question.fields, *_telling(question.group))))
        kinds = [question.group.fields[name] for name in question.fields]
        found: dict[tuple[str, str], dict[int, Sequence[Any]]] = {}
        measurement = question.group.measurement(question.bucket)
        for where in _fleet_stretches(question):
            for site, rows in self._server.select_by_site(measurement, fields, where):
                for at_ms, *told in rows:
                    quarter, rest_ms = divmod(at_ms, QUARTER_MS)
                    if not rest_ms and any(told):
                        found.setdefault(site, {})[quarter] = told
        return [
            {
                edge: tuple(kind(value or 0) for kind, value in zip(kinds, row, strict=False))
                for edge in edges[:-1]
                if (row := found.get((card.collector, card.site), {}).get(edge)) is not None
            }
            for card, edges in zip(question.cards, question.edges, strict=True)
        ]


def _fleet_stretches(question: FleetQuestion) -> Iterator[str]:
    """Yield conditions on all whole sites, each over as much time as one about one site."""
    longest: Sequence[int] = max(question.edges, key=len, default=(0, 1))
    first = min((edges[0] for edges in question.edges), default=0)
    last = max((edges[-1] for edges in question.edges), default=0)
    step = max(b - a for a, b in pairwise(longest)) * CHUNK_ROWS
    for begin in range(first, last, step):
        end = min(begin + step, last)
        yield (
            f"{_tags_are({'scope': 'site'})} "
            f"AND time >= {begin * QUARTER_MS}ms AND time < {end * QUARTER_MS}ms"
        )


def _telling(group: Group) -> Iterator[str]:
    """Yield the fields that are not all zero where anything is known."""
    return (name for name, kind in group.fields.items() if kind is int or name == "coverage")


def _conditions(question: RowQuestion) -> Iterator[str]:
    """Yield the conditions of questions that no server finds too long, in the order of time."""
    tags = _tags_are(tags_of(question.card, question.scope, question.tags))
    cuts = [*question.edges[:-1:CHUNK_ROWS], question.edges[-1]]
    for first, end in pairwise(cuts):
        yield f"{tags} AND time >= {first * QUARTER_MS}ms AND time < {end * QUARTER_MS}ms"


def _tags_are(tags: Mapping[str, str]) -> str:
    return " AND ".join(f"{_identifier(name)} = {_string(value)}" for name, value in tags.items())


def _identifier(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _string(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def _import_client() -> tuple[ModuleType, ModuleType]:
    """Import the client only where it is needed: it is large, and few have an InfluxDB."""
    try:
        import influxdb_client
        import influxdb_client.client.write_api
        import influxdb_client.rest
        import urllib3
    except ImportError as error:
        raise InfluxError(
            f"[influx] needs the package influxdb-client, which is not installed ({error}); "
            "install the extra influx from your checkout (docs/install.md), or remove [influx]"
        ) from error
    return influxdb_client, urllib3
