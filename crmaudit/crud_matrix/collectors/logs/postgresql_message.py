"""What PostgreSQL says in a log line: a statement that ran, one that failed, or something else.

The words are those of the server's own message catalogs (`lc_messages`), in
English, German, French, Spanish and Italian.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_DURATION = "duration|Dauer|durée|duración|durata"
_STATEMENT = "statement|Anweisung|instruction|sentencia|istruzione"
_EXECUTE = "execute|Ausführen|exécute|ejecutar|esecuzione di"
_FETCH = "fetch"

MARK = b"LOG:  "
"""What stands before a message that is no error; the same in the five languages."""
_FAILED = "ERROR|FEHLER|ERREUR|ERRORE|FATAL|PANIC"
_TEXT_OF_FAILED = "STATEMENT|ANWEISUNG|INSTRUCTION|SENTENCIA|ISTRUZIONE"
_MORE = (
    "DETAIL|HINT|CONTEXT|QUERY|LOCATION|TIPP|ZUSAMMENHANG|ANFRAGE|DÉTAIL|ASTUCE|CONTEXTE|REQUÊTE"
    "|DETALLE|CONTEXTO|CONSULTA|DETTAGLI|SUGGERIMENTO|CONTESTO"
)
FAILURES = frozenset(_FAILED.split("|"))
LABELLED = re.compile(
    rf"(?:^|(?<=[\s\]:|,;>]))(?:(?P<failed>{_FAILED})|(?P<statement>{_TEXT_OF_FAILED})"
    rf"|(?P<more>{_MORE})|[A-Z]{{4,12}}\d?) ?:  ".encode()
)
"""The label of a line that is no `MARK`: an error, its statement, more about it, anything else."""
_RAN = re.compile(
    rf"(?:(?:{_DURATION}) ?: (?P<ms>[\d.]+) ms,?  ?)?"
    rf"(?:(?P<plain>{_STATEMENT}) ?: |(?:{_EXECUTE}) (?!{_FETCH})(?P<name>[^:]*): )".encode()
)
_PLAN = re.compile(
    rf"(?:{_DURATION}) ?: (?P<ms>[\d.]+) ms  plan:\s*(?P<plan>.*)".encode(), re.DOTALL
)
_TEXT = re.compile(
    rb"Query Text: (?P<text>.*?)"
    rb"(?=\n[A-Z(][^\n]*\((?:cost|actual|never)|\nQuery Parameters:|\Z)",
    re.DOTALL,
)
_OTHERS_TEXT = re.compile(rb'"?Query[ -]Text"?(?:: |>)(?P<json>"(?:[^"\\]|\\.)*")?(?P<xml>[^<]*)')
_OVER = re.compile(rb"(?:disconnection|Verbindungsende|d\xc3\xa9connexion|desconexi\xc3\xb3n)")


class Said(NamedTuple):
    """What a message tells. `ms` is the duration, empty where it has none."""

    kind: Literal["ran", "plan", "over"]
    text: bytes = b""
    ms: bytes = b""


def said(message: bytes) -> Said | None:
    """What the text behind `LOG:` says of statements; None for anything else.

    A statement that is parsed or bound has not run. The lines of a statement
    are joined by line ends, the tabs that the log puts before them taken off.
    """
    if message.startswith(b"statement: "):
        return Said("ran", message[11:])
    match = _RAN.match(message)
    if match:
        return Said("ran", message[match.end() :], match["ms"] or b"")
    match = _PLAN.match(message)
    if match:
        text = _of_plan(match["plan"])
        return Said("plan", text, match["ms"]) if text else None
    if _OVER.match(message):
        return Said("over")
    return None


def tells(first: bytes) -> bool:
    """Whether a message that begins with this line is about a statement that ran."""
    return bool(first.startswith(b"statement: ") or _RAN.match(first) or _PLAN.match(first))


def _of_plan(plan: bytes) -> bytes:
    match = _TEXT.search(plan)
    if match and not plan.lstrip().startswith((b"{", b"<")):
        return match["text"].strip()
    match = _OTHERS_TEXT.search(plan)
    if match is None:
        return b""
    if match["json"]:
        import json

        try:
            told = json.loads(match["json"])
        except ValueError:
            return b""
        return told.encode("utf-8", "replace") if isinstance(told, str) else b""
    import html

    return html.unescape(match["xml"].decode("utf-8", "replace")).strip().encode()
