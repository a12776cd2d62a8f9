"""Reads manifests and tells what Kubernetes itself would refuse: keys and objects that are there twice, and whatever the
schemas do not allow, unknown fields among it. Runs nothing."""

import json

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, and leaves times as text, as Kubernetes does."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key} is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path):
    """The objects of a file. Raises yaml.YAMLError."""
    with open(path, encoding="utf-8") as file:
        objects = [found for found in yaml.load_all(file, Loader) if found is not None]
    return [item for found in objects for item in (found["items"] if found.get("kind") == "List" else [found])]


def name(found):
    """Kind/name, by which exceptions know an object too."""
    return f"{found.get('kind')}/{found.get('metadata', {}).get('name')}"


def doubles(objects):
    """The objects of which a second would replace the first."""
    seen = set()
    for found in objects:
        group = found.get("apiVersion", "").rpartition("/")[0]
        identity = (group, name(found), found.get("metadata", {}).get("namespace"))
        if identity in seen:
            yield f"{name(found)} in {identity[2] or 'no namespace'} is there twice"
        seen.add(identity)


class Schemas:
    """One schema per kind, from Kubernetes' OpenAPI document and from definitions of further kinds."""

    def __init__(self, openapi):
        with open(openapi, encoding="utf-8") as file:
            self.shared = {key: strict(schema) for key, schema in json.load(file)["definitions"].items()}
        # The API takes numbers for quantities.
        self.shared["io.k8s.apimachinery.pkg.api.resource.Quantity"] = {"type": ["string", "number"]}
        self.kinds = {}
        for key, schema in self.shared.items():
            for kind in schema.get("x-kubernetes-group-version-kind", []):
                version = "/".join(part for part in (kind["group"], kind["version"]) if part)
                self.kinds[version, kind["kind"]] = {"$ref": f"#/definitions/{key}"}

    def define(self, objects):
        """Learns the kinds that CustomResourceDefinitions among `objects` define."""
        for found in objects:
            if found.get("kind") != "CustomResourceDefinition":
                continue
            spec = found["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                meta = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
                text = {"type": "string"}
                schema["properties"] = schema["properties"] | {"apiVersion": text, "kind": text, "metadata": meta}
                self.kinds[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema

    def errors(self, found):
        """What is wrong with an object."""
        schema = self.kinds.get((found.get("apiVersion"), found.get("kind")))
        if schema is None:
            yield f"{name(found)}: no schema of {found.get('apiVersion')}: name the file of its CustomResourceDefinition"
            return
        judge = jsonschema.Draft7Validator(schema | {"definitions": self.shared})
        for error in judge.iter_errors(found):
            yield f"{name(found)}: {error.json_path[2:]}: {error.message[:300]}"


def strict(schema):
    """The schema as JSON Schema has it, with unknown fields refused."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # What is in `properties` are fields, whose names mean nothing.
    made = {
        key: {field: strict(part) for field, part in value.items()} if key == "properties" else strict(value)
        for key, value in schema.items()
    }
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        made["type"] = ["string", "integer"]
    elif schema.get("nullable"):
        made["type"] = [schema["type"], "null"]
    is_open = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and not is_open:
        made["additionalProperties"] = False
    return made
