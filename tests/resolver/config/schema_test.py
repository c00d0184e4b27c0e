#!/usr/bin/env python3
"""The JSON schema of the configuration against the example file and against files that are good or
wrong: schema_test.py TERND. The schema and ternd --check judge each of them alike."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
    VALIDATOR = jsonschema.Draft202012Validator
except (ImportError, AttributeError) as error:
    print(f"skipped: needs Debian's python3-jsonschema and python3-yaml ({error})")
    sys.exit(77)

DEPLOY = pathlib.Path(__file__).resolve().parents[3] / "deploy"


class CoreLoader(yaml.SafeLoader):
    """Plain scalars as YAML 1.2 has them, as editors with a schema do: `off` is a word, not false."""


CoreLoader.yaml_implicit_resolvers = {}
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[-+]?[0-9]+$"),
                                 list("-+0123456789"))
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])

GOOD = (
    "",
    "{}",
    "workers: auto",
    "workers: 256",
    'listen: ["0.0.0.0:53", "[::]:53", 192.0.2.1]',
    "access: {allow: [192.0.2.0/24, 198.51.100.7, '2001:db8::/32']}",
    "access: {cookie_secret: 000102030405060708090a0B0C0D0E0F}",
    "cache: {memory: 1GiB, min_ttl: 1000ms, max_ttl: 2h, prefetch: false}",
    "cache: {memory: 1048576}",
    "resolution: {ipv6: true, qname_minimisation: off}",
    'resolution: {ipv6: "false", qname_minimisation: "strict"}',
    "resolution: {budget: {total_timeout: 2m}, limits: {jobs: 16}}",
    "dnssec: {validation: log}",
    "dnssec: {validation: false}",
    "dnssec: {negative_trust_anchors: [corp.example, lab.example.]}",
    "dnssec: {negative_trust_anchors: [corp, {zone: lab.}, {zone: a., until: 2030-12-31, reason: ''}]}",
    "dnssec: {negative_trust_anchors: [{zone: a., until: '2030-12-31T18:00:00Z', reason: 'ticket 17'}]}",
    "forward:\n  - {zone: corp.example., to: ['10.0.0.1:53', '[2001:db8::1]:5353'], first: true}",
    "stub: [{zone: lab.example., to: [10.0.1.1]}]",
    "stub: [{zone: lab.example., to: [10.0.1.1], validate: true}]",
)

WRONG = (
    "- listen",
    "verbosity: 3",
    "workers: 0",
    "workers: many",
    'workers: "4"',
    "listen: []",
    "listen: 127.0.0.1:53",
    "listen: [localhost:53]",
    "listen: [192.0.2.1, 192.0.2.1]",
    "access: {whom: []}",
    "access: {allow: [any]}",
    "access: {rate_limit: {queries: -1}}",
    "access: {rate_limit: {ipv4_prefix: 33}}",
    "access: {cookie_secret: secret}",
    "cache: 256MiB",
    "cache: {memory: 256MB}",
    "cache: {min_ttl: 60}",
    "cache: {max_ttl: 1500ms}",
    "cache: {prefetch: 1}",
    "local:",
    "resolution: {ipv4: yes}",
    "resolution: {ipv6: maybe}",
    "resolution: {qname_minimisation: on}",
    "resolution: {outgoing: ['192.0.2.1:53x']}",
    "resolution: {root_hints: ''}",
    "resolution: {budget: {aliases: 12}}",
    "dnssec: {validation: off}",
    "dnssec: {negative_trust_anchors: [{until: 2030-12-31}]}",
    "dnssec: {negative_trust_anchors: [{zone: a., until: soon}]}",
    "dnssec: {negative_trust_anchors: [{zone: a., since: 2030-12-31}]}",
    f"dnssec: {{negative_trust_anchors: [{{zone: a., reason: {'x' * 121}}}]}}",
    "forward: [{zone: a.}]",
    "forward: [{zone: a., to: []}]",
    "stub: [{zone: a., to: [192.0.2.1], first: true}]",
)


def main():
    ternd = sys.argv[1]
    schema = json.loads((DEPLOY / "schema/tern.schema.json").read_text(encoding="utf-8"))
    VALIDATOR.check_schema(schema)
    validator = VALIDATOR(schema)
    example = (DEPLOY / "examples/tern.yaml").read_text(encoding="utf-8")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "tern.yaml")
        for text, good in [(example, True)] + [(t, True) for t in GOOD] + [(t, False) for t in WRONG]:
            errors = [e.message for e in validator.iter_errors(yaml.load(text, CoreLoader))]
            file.write_text(text, encoding="utf-8")
            run = subprocess.run([ternd, "--check", "--config", str(file)], check=False,
                                 capture_output=True, text=True)
            if bool(errors) == good:
                print(f"the schema should {'accept' if good else 'refuse'} {text!r}: {errors}")
                wrong += 1
            if (run.returncode == 0) != good:
                print(f"ternd should {'accept' if good else 'refuse'} {text!r}: {run.stderr}")
                wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
