"""A decision as a page, of text or of HTML. It computes nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from . import _huzhu
from .text import Language, Text

if TYPE_CHECKING:
    from .adjudication import Adjudication, Benefit

DECISIONS = {name: Text(**title) for name, title in json.loads(_huzhu.decisions()).items()}

WIDEST = 60
"""The most columns of the words before an amount."""


def text(decided: Adjudication, language: Language) -> str:
    """The page as text."""
    lines = [_headline(decided, language), _version(decided, language)]
    for benefit in decided.benefits:
        lines += ["", *_waterfall(benefit, language)]
    for heading, items in _lists(decided, language):
        lines += ["", heading, *(f"  • {item}" for item in items)]
    return "\n".join(lines) + "\n"


def html(decided: Adjudication, language: Language) -> str:
    """The page as HTML, without style sheets of its own that could touch the page around it."""
    parts = [f"<section lang='{language}'><h3>{escape(_headline(decided, language))}</h3>"]
    parts.append(f"<p>{escape(_version(decided, language))}</p>")
    if decided.benefits:
        heads = [("事项", "item"), ("金额（元）", "yuan"), ("依据", "clause")]
        cells = "".join(f"<th style='text-align:left;padding:0 0.6em'>{Text(*head).of(language)}</th>" for head in heads)
        rows = "".join(_rows(benefit, language) for benefit in decided.benefits)
        parts.append(f"<table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>")
    for heading, items in _lists(decided, language):
        parts.append(f"<h4>{escape(heading)}</h4><ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>")
    return "".join(parts) + "</section>"


def _headline(decided: Adjudication, language: Language) -> str:
    word = DECISIONS[decided.decision].of(language).lower()
    amount = f"{decided.payable:,f}"
    return Text(f"理赔申请 {decided.claim}：{word}，{amount} 元", f"claim {decided.claim}: {word}, {amount} yuan").of(language)


def _version(decided: Adjudication, language: Language) -> str:
    plan = decided.plan
    return Text(f"{plan.id} 版本 {plan.version} · {plan.fingerprint[:12]}", f"{plan.id} version {plan.version} · {plan.fingerprint[:12]}").of(language)


def _entries(benefit: Benefit, language: Language) -> list[tuple[str, Decimal, str]]:
    """What a benefit comes to, line by line: words, amount, clause."""
    basis = (benefit.formula or benefit.basis).of(language)
    entries = [(basis, benefit.gross, benefit.clause.of(language))]
    for line in benefit.lines:
        if line.binding:
            entries.append(((line.working or line.reason).of(language), -line.takes, line.clause.of(language)))
    return [*entries, (Text("给付", "paid").of(language), benefit.paid, "")]


def _waterfall(benefit: Benefit, language: Language) -> list[str]:
    entries = _entries(benefit, language)
    widest = min(max(_width(words) for words, _, _ in entries), WIDEST)
    amounts = [f"{amount:,f}" for _, amount, _ in entries]
    room = max(map(len, amounts))
    lines = [benefit.title.of(language)]
    for (words, _, clause), amount in zip(entries, amounts):
        gap = " " * max(widest - _width(words), 0)
        lines.append(f"  {words}{gap}  {amount:>{room}}  {clause}".rstrip())
    return lines


def _rows(benefit: Benefit, language: Language) -> str:
    rows = [f"<tr><th colspan='3' style='text-align:left;padding:0 0.6em'>{escape(benefit.title.of(language))}</th></tr>"]
    for words, amount, clause in _entries(benefit, language):
        number = f"<td style='text-align:right;padding:0 0.6em'>{amount:,f}</td>"
        rows.append(f"<tr><td style='text-align:left;padding:0 0.6em'>{escape(words)}</td>{number}<td style='text-align:left;padding:0 0.6em'>{escape(clause)}</td></tr>")
    return "".join(rows)


def _lists(decided: Adjudication, language: Language) -> list[tuple[str, list[str]]]:
    """What is said beside the benefits, under headings; those without anything to say are left out."""
    colon, semicolon = Text("：", ": ").of(language), Text("；", "; ").of(language)

    def joined(head: Text, rest: tuple[Text, ...]) -> str:
        said = semicolon.join(text.of(language) for text in rest)
        return head.of(language) + (f"{colon}{said}" if said else "")

    reasons = [
        joined(reason.text, reason.found) + (f" · {reason.clause.of(language)}" if reason.clause else "") for reason in decided.reasons
    ]
    unmet = [joined(benefit.title, benefit.unmet) for benefit in decided.inapplicable]
    assumed = [assumption.title.of(language) for assumption in decided.assumptions]
    lists = [
        (Text("理由", "reasons"), reasons),
        (Text("提示", "notices"), [notice.text.of(language) for notice in decided.notices]),
        (Text("不适用的待遇", "benefits that do not apply"), unmet),
        (Text("推定，给付前须核实", "assumed, to be verified before paying"), assumed),
    ]
    return [(heading.of(language), items) for heading, items in lists if items]


def _width(words: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)
