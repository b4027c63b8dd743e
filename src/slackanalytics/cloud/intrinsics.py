"""CloudFormation's intrinsic functions, as far as the QuickSight assets use them: written, evaluated, laid out as YAML.

A value is either plain or one of `{"Ref": …}`, `{"Fn::GetAtt": …}`, `{"Fn::Sub": …}`, `{"Fn::If": …}`, so that the same
tree goes into a template and, once evaluated, into a call of the API.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Value = Any
"""Part of a template."""

NO_VALUE: Value = {"Ref": "AWS::NoValue"}
"""Stands for a member that is left out."""
TAGS = {"Ref": "!Ref", "Fn::GetAtt": "!GetAtt", "Fn::Sub": "!Sub", "Fn::If": "!If"}
WIDTH = 120


def ref(name: str) -> Value:
    """A parameter's value, or what a resource is called."""
    return {"Ref": name}


def att(resource: str, name: str) -> Value:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [resource, name]}


def sub(text: str) -> Value:
    """A text with `${Name}` in it."""
    return {"Fn::Sub": text}


def when(condition: str, then: Value, otherwise: Value = NO_VALUE) -> Value:
    """One of two values, by a condition of the template."""
    return {"Fn::If": [condition, then, otherwise]}


def evaluated(tree: Value, names: Mapping[str, Any], conditions: Mapping[str, bool]) -> Value:
    """
    The tree without intrinsic functions.

    Args:
        tree: Part of a template.
        names: What parameters, resources (`Name`) and attributes (`Name.Attribute`) come to.
        conditions: What the template's conditions come to.

    Raises KeyError for a name or condition that is not among them.
    """
    match tree:
        case {"Ref": "AWS::NoValue"}:
            return NO_VALUE
        case {"Ref": name}:
            return names[name]
        case {"Fn::GetAtt": [resource, attribute]}:
            return names[f"{resource}.{attribute}"]
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: str(names[found[1]]), text)
        case {"Fn::If": [condition, then, otherwise]}:
            return evaluated(then if conditions[condition] else otherwise, names, conditions)
        case dict():
            found = {key: evaluated(value, names, conditions) for key, value in tree.items()}
            return {key: value for key, value in found.items() if value != NO_VALUE}
        case list():
            items = [evaluated(value, names, conditions) for value in tree]
            return [value for value in items if value != NO_VALUE]
    return tree


def laid_out(tree: Mapping[str, Value], indent: int = 0) -> str:
    """A mapping as YAML, in CloudFormation's short forms."""
    return "".join(f"{line}\n" for line in _mapping(tree, indent))


def _mapping(tree: Mapping[str, Value], indent: int) -> Iterator[str]:
    for key, value in tree.items():
        yield from _member(" " * indent + _scalar(key) + ":", value, indent)


def _member(head: str, value: Value, indent: int) -> Iterator[str]:
    """One member: on the line of its name where it fits, below it otherwise."""
    if (short := _short(value)) is not None and len(head) + 1 + len(short) <= WIDTH:
        yield f"{head} {short}"
        return
    tag, inner = _untagged(value)
    head = f"{head} {tag}" if tag else head
    match inner:
        case dict():
            yield head
            yield from _mapping(inner, indent + 2)
        case list():
            yield head
            for item in inner:
                yield from _item(item, indent + 2)
        case str() if "\n" in inner:
            yield f"{head} |" + ("" if inner.endswith("\n") else "-")
            yield from (f"{' ' * (indent + 2)}{line}".rstrip() for line in inner.rstrip("\n").split("\n"))
        case _:
            yield f"{head} {_scalar(inner)}"


def _item(value: Value, indent: int) -> Iterator[str]:
    if isinstance(value, dict) and _untagged(value)[0] is None and value and _short(value, WIDTH - indent - 2) is None:
        first, *rest = _mapping(value, indent + 2)
        yield " " * indent + "- " + first[indent + 2 :]
        yield from rest
    else:
        yield from _member(" " * indent + "-", value, indent)


def _untagged(value: Value) -> tuple[str | None, Value]:
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name in TAGS:
            return TAGS[name], ".".join(inner) if name == "Fn::GetAtt" else inner
    return None, value


def _short(value: Value, room: int = WIDTH) -> str | None:
    """A value on one line; None where that is too long, or where a text has several lines."""
    tag, inner = _untagged(value)
    match inner:
        case str() if "\n" in inner:
            return None
        case dict():
            parts = [(key, _short(item)) for key, item in inner.items()]
            if any(part is None for _, part in parts):
                return None
            text = "{" + ", ".join(f"{_scalar(key)}: {part}" for key, part in parts) + "}"
        case list():
            items = [_short(item) for item in inner]
            if any(item is None for item in items):
                return None
            text = "[" + ", ".join(str(item) for item in items) + "]"
        case _:
            text = _scalar(inner)
    text = f"{tag} {text}" if tag else text
    return text if len(text) <= min(room, WIDTH - 24) else None


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = re.fullmatch(r"[A-Za-z_/](?:[A-Za-z0-9_./ ()-]|:(?=[A-Za-z0-9:]))*", value) and not value.endswith(" ")
    reserved = value.lower() in {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
    return value if plain and not reserved else json.dumps(value, ensure_ascii=False)
