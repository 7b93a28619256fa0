"""The documentation: links, paths, commands, options and hyper-parameters exist."""
import argparse
import glob
import importlib.util
import os
import re
import shlex

import pytest
from conftest import ROOT

import korean
from common.hparam_set import adapt_hparams, create_hparams
from hparams import ADAPT, PRESETS

PAGES = sorted(os.path.relpath(path, ROOT) for pattern in
               ("*.md", "docs/*.md", "voices/*.md", "voices/*/*.md", "logs/README.md")
               for path in glob.glob(os.path.join(ROOT, pattern)))
PROGRAMS = ("clone", "preprocess", "train_tacotron", "train_vocoder", "synthesize", "serve",
            "evaluate")
MODULES = ("korean", "datasets", "doctor")      # programs of the image that run with python -m
SHELL = {"source", "echo", "curl", "mkdir", "aplay", "tensorboard", "pip", "example", "sudo",
         "pkill", "spd-say", "dask", "dask-scheduler", "dask-worker"}
FOLDERS = ("audio", "common", "datasets", "docker", "docs", "doctor", "evaluation", "korean", "nn",
           "server", "synthesis", "tacotron2", "tests", "tools", "training", "wavenet_vocoder",
           "voices/demo", "voices/record")


def read(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def prose(page):
    """The page without its fenced blocks."""
    return re.sub("(?ms)^```.*?^```$", "", read(page))


def command_lines(page):
    """The command lines of the page's `sh` blocks, each a list of words, without comments."""
    commands = []
    for block in re.findall("(?ms)^```sh\n(.*?)^```$", read(page)):
        block = re.sub("(?ms)^\\w+\\(\\) \\{.*?^\\}$", "", block)       # definitions of functions
        for line in block.replace("\\\n", "").split("\n"):
            words, command = shlex.split(line, comments=True), []
            for word in words + ["|"]:
                if word in ("|", "&&"):
                    commands += [command] if command else []
                    command = []
                elif command or not re.match("[A-Z_]+=", word):         # no assignments
                    command.append(word)
    return commands


class ParserFound(Exception):
    """Ends a program as soon as its command line would be parsed."""


def parser_of(main, monkeypatch):
    """The argparse parser that a program's `main(arguments)` builds."""
    def stop(parser, *_):
        raise ParserFound(parser)

    with monkeypatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", stop)
        with pytest.raises(ParserFound) as found:
            main([])
    return found.value.args[0]


def main_of(module):
    """The function `main` of a module or package that is run with python -m."""
    spec = importlib.util.find_spec(module)
    return importlib.import_module(
        module + ".__main__" if spec.submodule_search_locations else module).main


def python_program(command):
    """(name of the module, is it run with -m, arguments) of a command that starts Python."""
    if command[1] == "-m":
        return command[2], True, command[3:]
    assert command[1].endswith(".py"), command
    return command[1][:-len(".py")], False, command[2:]


def docker_program(command, services):
    """The words of a docker command from the name of the project's program on; none for others."""
    if command[0] == "voicecloning":
        return command[1:]
    if command[1] == "compose":
        if "run" not in command:
            return []
        start = next(i for i, word in enumerate(command) if word in services)
    elif command[1] == "run":
        start = next(i for i, word in enumerate(command) if word.startswith("voicecloning")) + 1
        if command[start - 1] == "voicecloning-speak":      # its entry point is synthesize.py
            return ["synthesize"] + command[start:]
    else:
        return []
    return [command[start].replace("_modern", "")] + command[start + 1:]


def make_targets(folder):
    makefile = read(os.path.join(folder, "Makefile"))
    return set(" ".join(re.findall("(?m)^([\\w.][^:=\n]*):(?!=)", makefile)).split())


def test_pages_are_found():
    assert {"README.md", "README.ko.md", "CONTRIBUTING.md", "docs/training.md",
            "voices/README.md"} <= set(PAGES)


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_readmes_have_at_most_150_lines(page):
    assert len(read(page).splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page):
    text = prose(page)
    broken = []
    for target in re.findall("\\]\\(([^)\\s]+)\\)", text):
        if re.match("[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if not os.path.exists(os.path.join(ROOT, file)):
            broken.append(target)
        elif anchor and anchor not in anchors(file):
            broken.append(target)
    broken += [label for label in re.findall("(?<!\\])\\[([^\\]\\[]+)\\](?![(:\\[])", text)
               if re.search("[0-9]{4}\\.[0-9]{5}|^arXiv", label)
               and not re.search("(?m)^\\[%s\\]: " % re.escape(label), text)]
    assert not broken


def anchors(page):
    """The anchors that GitHub gives to the headings of a page."""
    return {re.sub("[^\\w\\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall("(?m)^#+ (.+)$", prose(page))}


@pytest.mark.parametrize("page", PAGES)
def test_paths_in_code_spans_exist(page):
    spans = re.findall("`([\\w./-]+)`", prose(page))
    paths = [span for span in spans if span.endswith((".py", ".sh", ".tsv", ".txt", ".yml"))
             and "/" in span or span.startswith(tuple(folder + "/" for folder in FOLDERS))]
    missing = [path for path in paths if not os.path.exists(os.path.join(ROOT, path))
               and not path.startswith(("logs/", "spoken/", "data/"))]
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_commands_are_accepted(page, monkeypatch):
    """Each program exists, accepts the options, and knows the hyper-parameters."""
    entrypoint = read("docker/entrypoint")
    services = re.findall("(?m)^  (\\w+):$", read("docker-compose.yml"))
    for command in command_lines(page):
        name = os.path.basename(command[0])
        if name == "make":
            folder = command[2] if command[1] == "-C" else "."
            arguments = command[3:] if command[1] == "-C" else command[1:]
            assert {word for word in arguments if "=" not in word} <= make_targets(folder), command
            continue
        if name == "python":
            module, as_module, arguments = python_program(command)
        elif name in ("docker", "voicecloning"):
            words = docker_program(command, services)
            if not words:
                continue
            module, arguments = words[0], words[1:]
            assert re.search("(?m)^(?:.*\\| )?%s( \\| .*)?\\)$" % module, entrypoint), command
            if module not in PROGRAMS + MODULES:
                continue
            as_module = module in MODULES
        else:
            assert name in SHELL, command
            continue
        if module == "pytest":
            missing = [word for word in arguments if word.startswith("tests/")
                       and not os.path.exists(os.path.join(ROOT, word))]
            assert not missing, command
            continue
        if module.startswith("tests/"):     # they have no main(arguments)
            text = read(module + ".py")
            assert all('"%s"' % word in text for word in arguments if word[:2] == "--"), command
            continue
        assert as_module or module in PROGRAMS, command
        main = main_of(module) if as_module else importlib.import_module(module).main
        options = parser_of(main, monkeypatch).parse_args(arguments)
        preset, overrides = (getattr(options, name, None) for name in ("preset", "hparams"))
        if preset == ADAPT and options.init_from:
            adapt_hparams(create_hparams("base"), overrides or "")
        else:
            create_hparams(preset or "reference", overrides or "")


@pytest.mark.parametrize("page", PAGES)
def test_hyper_parameters_in_code_spans_are_accepted(page):
    """A span `name=value,…` is valid with at least one preset."""
    for span in re.findall("`([a-z_]+=[^` …]+)`", prose(page)):
        problems = []
        for preset in PRESETS:
            try:
                create_hparams(preset, span)
                break
            except ValueError as problem:
                problems.append(problem)
        else:
            raise AssertionError("%s: %s" % (span, problems[0]))


@pytest.mark.parametrize("page", ["docs/text.md", "docs/text.ko.md"])
def test_the_table_of_readings_shows_what_is_read(page):
    table = re.search("(?s)\\| 3,600마리.*?\n\n", read(page)).group().strip()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")]
    normalizer = korean.TextNormalizer()
    assert len(rows) == 22
    assert [normalizer.normalize(written).text for written, _ in rows] == [row[1] for row in rows]
