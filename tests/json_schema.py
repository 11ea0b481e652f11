"""A check of values against a JSON schema: the keywords that ours use, and no others."""

from __future__ import annotations

from typing import Any


def valid(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """What a value breaks of a JSON schema: the keywords that ours uses, and no others."""
    if "$ref" in schema:
        return valid(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema:
        tries = [valid(value, each, root, at) for each in schema["anyOf"]]
        return [] if not all(tries) else min(tries, key=len)
    wrong: list[str] = []
    if "const" in schema and value != schema["const"]:
        wrong.append(f"{at}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_is(value, name) for name in names):
            return [*wrong, f"{at}: {value!r} is no {names}"]
    if isinstance(value, (int, float)) and value < schema.get("minimum", value):
        wrong.append(f"{at}: {value!r} is below {schema['minimum']}")
    if isinstance(value, list):
        for index, each in enumerate(value):
            wrong += valid(each, schema.get("items", {}), root, f"{at}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        wrong += [
            f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value
        ]
        more = schema.get("additionalProperties", {})
        for name, each in value.items():
            if name in known:
                wrong += valid(each, known[name], root, f"{at}.{name}")
            elif more is False:
                wrong.append(f"{at}: {name} is not in the schema")
            else:
                wrong += valid(each, more, root, f"{at}.{name}")
    return wrong


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    types: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "number": (int, float),
        "integer": int,
        "null": type(None),
        "boolean": bool,
    }
    return isinstance(value, types[name])
