#!/usr/bin/env python3
"""Is each object of a manifest one that Kubernetes knows? tests/deploy/kubernetes_schema.py FILE

The classes of Debian's python3-kubernetes are made from Kubernetes' own schema. A key that a class does not have, a
value of another type and a key that is required and missing are printed; then the exit code is 1.
"""

import inspect
import re
import sys

import yaml
from kubernetes import client

APIS = {"v1": "V1", "apps/v1": "V1"}


def find(kind, value, path):
    """Yields what is wrong with `value`, which should be of the type that `kind` names, such as list[V1Volume]."""
    inner = re.fullmatch(r"(list|dict)(?:\[|\()(?:str, )?(\w[\w\[\], ()]*)(?:\]|\))", kind)
    if inner:
        container = {"list": list, "dict": dict}[inner.group(1)]
        if not isinstance(value, container):
            yield f"{path}: expected a {container.__name__}"
            return
        pairs = value.items() if container is dict else enumerate(value)
        for key, each in pairs:
            yield from find(inner.group(2), each, f"{path}[{key}]")
        return
    plain = {"str": str, "int": int, "bool": bool, "object": object, "float": (int, float)}.get(kind)
    if plain:
        if not isinstance(value, plain) or (kind == "int" and isinstance(value, bool)):
            yield f"{path}: expected {kind}, found {value!r}"
        return
    yield from find_object(getattr(client, kind), value, path)


def find_object(cls, value, path):
    if not isinstance(value, dict):
        yield f"{path}: expected a map"
        return
    names = {json: name for name, json in cls.attribute_map.items()}
    for key, each in value.items():
        if key not in names:
            yield f"{path}.{key}: unknown key"
        else:
            yield from find(cls.openapi_types[names[key]], each, f"{path}.{key}")
    try:  # the class refuses to be made without what is required
        given = {names[key]: each for key, each in value.items() if key in names}
        if "local_vars_configuration" in inspect.signature(cls).parameters:
            cls(**given)
    except ValueError as error:
        yield f"{path}: {error}"


def main():
    found = []
    with open(sys.argv[1], encoding="utf-8") as file:
        for each in yaml.safe_load_all(file):
            prefix = APIS.get(each.get("apiVersion"), "?")
            cls = getattr(client, f"{prefix}{each.get('kind')}", None)
            if cls is None:
                found.append(f"{each.get('apiVersion')} {each.get('kind')}: unknown kind")
            else:
                found.extend(find_object(cls, each, each["kind"]))
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
