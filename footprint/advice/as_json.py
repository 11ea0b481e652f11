"""JSON in the schema `footprint.advice/1` (docs/reference/advise.md)."""

from __future__ import annotations

import json
from typing import Any

from footprint.advice.view import SCHEMA, Advice, Figure, Suggestion
from footprint.words import known_language
from footprint.words.said import said


def rendered(advice: Advice, lang: str = "en") -> str:
    """The advice as one JSON object. Its sentences are in the language, its keys never."""
    known_language(lang)
    text = json.dumps(as_dict(advice, lang), indent=2, allow_nan=False, ensure_ascii=False)
    return f"{text}\n"


def as_dict(advice: Advice, lang: str = "en") -> dict[str, Any]:
    """The advice as what JSON is made of."""
    return {
        "schema": SCHEMA,
        "ledgers": list(advice.ledgers),
        "period": {"start": advice.period[0], "end": advice.period[1]},
        "by": advice.by,
        "suggestions": [_suggestion(each, advice.by, lang) for each in advice.suggestions],
        "own_or_api": [
            {
                "group": dict(one.group),
                "api": one.api,
                **one.found.to_json(),
                "reason": said(lang, one.found.reason) if one.found.reason else None,
                "assumptions": [said(lang, each) for each in one.assumptions],
                "factors": [each.to_json() for each in one.factors],
            }
            for one in advice.own_or_api
        ],
        "left_out": advice.left_out,
        "gaps": [
            {"what": gap.what, "why": said(lang, gap.why), "remedy": said(lang, gap.remedy)}
            for gap in advice.gaps
        ],
    }


def _suggestion(one: Suggestion, by: str, lang: str) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "what": said(lang, one.what),
        "groups": [dict(key) for key in one.groups],
        "carbon_g": _figure(one.carbon_g),
        "cost": None
        if one.cost is None
        else {"currency": one.cost.now.unit, **(_figure(one.cost) or {})},
        "embodied_g": _figure(one.embodied_g),
        "start": None
        if one.start is None
        else {**one.start._asdict(), "own_best_saved": one.start.own_best_saved.to_json()},
        "exceeds": one.exceeds(by),
        "at_most": one.at_most,
        "method": said(lang, one.method),
        "tier": one.tier,
        "assumptions": [said(lang, each) for each in one.assumptions],
        "factors": [each.to_json() for each in one.factors],
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "now": figure.now.to_json(),
        "then": figure.then.to_json(),
        "saved": figure.saved.to_json(),
        "exceeds": figure.exceeds,
    }
