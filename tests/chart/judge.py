"""Judges files of manifests, as check.sh calls it: what Kubernetes would refuse, and what kube-score and checkov find and
exceptions.yaml does not excuse. Prints one line for each finding, and ends with 1 if there is any."""

import argparse
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple

import yaml

import manifests

# kube-score's grade of what is all right.
ALL_OK = 10

Finding = namedtuple("Finding", "check object text file")


def main():
    arguments = parse()
    excused = excuses(arguments.exceptions)
    schemas = manifests.Schemas(arguments.openapi)
    for path in arguments.definitions:
        schemas.define(manifests.read(path))
    wrong = []
    for section in ("chart", "bare", "manifests"):
        objects, findings = {}, []
        for path in getattr(arguments, section):
            try:
                objects[path] = manifests.read(path)
            except (OSError, yaml.YAMLError) as error:
                wrong.append(f"{path}: {error}")
        for found in objects.values():
            schemas.define(found)
        for path, found in objects.items():
            short = os.path.basename(path)
            wrong += [f"{short}: {text}" for text in manifests.doubles(found)]
            wrong += [f"{short}: {text}" for one in found for text in schemas.errors(one)]
        # What Kubernetes refuses, they cannot read.
        if objects and section in excused and not wrong:
            findings = kube_score(arguments.kube_score, list(objects)) + checkov(arguments.checkov, list(objects))
            wrong += unexcused(findings, excused[section])
        count = sum(len(found) for found in objects.values())
        print(f"{section}: {count} objects in {len(objects)} files, {len(findings)} findings", flush=True)
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    return 1 if wrong else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    for flag in ("--kube-score", "--checkov", "--exceptions", "--openapi"):
        parser.add_argument(flag, required=True)
    helps = {
        "--definitions": "CustomResourceDefinitions, which are not judged",
        "--chart": "what the chart renders",
        "--bare": "the same with parts left out on purpose, which only Kubernetes judges",
        "--manifests": "what else there is",
    }
    for flag, text in helps.items():
        parser.add_argument(flag, nargs="*", default=[], metavar="FILE", help=text)
    return parser.parse_args()


def excuses(path):
    """The exceptions, by section."""
    with open(path, encoding="utf-8") as file:
        sections = yaml.safe_load(file)
    for section in ("chart", "manifests"):
        for exception in sections[section]:
            if set(exception) != {"check", "object", "reason"}:
                sys.exit(f"error: {path}: {exception} must have check, object and reason, and nothing else")
    return sections


def unexcused(findings, exceptions):
    """One line for each finding without an exception, and for each exception without a finding."""
    used = set()
    for finding in findings:
        fitting = [
            number
            for number, exception in enumerate(exceptions)
            if exception["check"] == finding.check and fnmatch.fnmatchcase(finding.object, exception["object"])
        ]
        used.update(fitting)
        if not fitting:
            yield f"{finding.file}: {finding.object}: {finding.check}: {finding.text}"
    for number, exception in enumerate(exceptions):
        if number not in used:
            yield f"the exception for {exception['check']} of {exception['object']} excuses nothing: remove it"


def output(program, *arguments):
    """What it prints as JSON. Both end with an error when they find something."""
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        sys.exit(f"error: {program} printed no JSON: {run.stdout[-300:]}{run.stderr[-1000:]}")


def kube_score(program, paths):
    """File by file: several together are one set of objects to it, and selectors would find another file's pods."""
    findings = []
    for path in paths:
        for scored in output(program, "score", "--kubernetes-version=v1.33", "--output-format=json", path) or []:
            kind, _, rest = scored["object_name"].partition("/")
            where = f"{kind}/{rest.rpartition('/')[2]}"
            for check in scored["checks"]:
                if check["grade"] < ALL_OK and not check["skipped"]:
                    text = "; ".join(comment["summary"] for comment in check["comments"] or [])
                    findings.append(Finding(check["check"]["id"], where, text, os.path.basename(path)))
    return findings


def checkov(program, paths):
    """All files at once, since its start takes seconds; each in a directory of its own, or policies and pods would mix."""
    with tempfile.TemporaryDirectory() as work:
        for number, path in enumerate(paths):
            os.mkdir(f"{work}/{number}")
            shutil.copy(path, f"{work}/{number}/manifest.yaml")
        said = output(program, "--directory", work, "--framework=kubernetes", "--output=json", "--quiet", "--compact", "--skip-download")
    if "results" not in said or said["summary"]["parsing_errors"]:
        sys.exit(f"error: checkov could not read {paths}: {said}")
    findings = []
    for failed in said["results"]["failed_checks"]:
        # Kind.namespace.name; a name may have dots too.
        kind, _, resource = failed["resource"].split(".", 2)
        number = int(failed["repo_file_path"].split("/")[-2])
        findings.append(Finding(failed["check_id"], f"{kind}/{resource}", failed["check_name"], os.path.basename(paths[number])))
    return findings


if __name__ == "__main__":
    sys.exit(main())
