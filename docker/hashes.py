"""Write below every pin of the locks the SHA-256 of each file that pip may install for it.

    python3 docker/hashes.py

Run it when a pin has moved; it asks the Python package index. pip then refuses a file that is
another. A wheel counts where it fits the lock's Pythons and platforms; a source archive only where
no wheel does.
"""
import json
import os
import re
import urllib.request

INDEX = "https://pypi.org/simple/%s/"
AS_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
# of each lock: the Pythons, the platforms, and what the Makefile exchanges for what
LOCKS = {
    "requirements.txt": (
        ("cp36", "py3"), r"any|(many)?linux.*_x86_64|macosx.*_x86_64",
        {"tensorflow-gpu": "tensorflow"}),
    "requirements-modern.txt": (
        ("cp310", "cp311", "cp312", "cp313", "py3"),
        r"any|(many)?linux.*_(x86_64|aarch64)|macosx.*_(arm64|universal2)",
        {"tensorflow": "tensorflow-cpu"}),
}


def main():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name, (pythons, platforms, exchanged) in sorted(LOCKS.items()):
        path = os.path.join(root, name)
        with open(path, encoding="utf-8") as file:
            written = hashed(file.read(), lambda package, version: [
                digest for one in (package, exchanged.get(package)) if one
                for digest in digests(files_of(one, version), pythons, platforms)])
        with open(path, "w", encoding="utf-8") as file:
            file.write(written)


def hashed(lock, digests_of):
    """The lock's text with the hashes that digests_of(package, version) gives below every pin."""
    lines = []
    for line in re.sub(r" \\\n(    --hash=\S+( \\\n)?)+", "", lock).split("\n"):
        pin = re.match(r"([\w.-]+)==([\w.]+)", line)
        found = digests_of(*pin.groups()) if pin else []
        if pin and not found:
            raise SystemExit("error: the index has no file for " + line)
        lines.append(" \\\n".join([line] + ["    --hash=sha256:" + digest for digest in found]))
    return "\n".join(lines)


def digests(files, pythons, platforms):
    """Those of the wheels that fit, or where none does of the source archives."""
    wheels = [digest for name, digest in files if fits(name, pythons, platforms)]
    return wheels or [digest for name, digest in files if name.endswith((".tar.gz", ".zip"))]


def fits(name, pythons, platforms):
    """Whether a wheel of that file name runs on one of the Pythons and of the platforms."""
    if not name.endswith(".whl"):
        return False
    python, abi, platform = name[:-len(".whl")].split("-")[-3:]
    tags = python.split(".")
    if abi == "abi3":       # for that Python and all later ones
        newest = max(int(tag[3:] or 0) for tag in pythons if tag.startswith("cp"))
        right = any(int(tag[3:] or 0) <= newest for tag in tags)
    else:
        right = set(tags) & set(pythons) and abi.rstrip("mu") in pythons + ("none",)
    return bool(right) and any(re.fullmatch(platforms, one) for one in platform.split("."))


def files_of(package, version):
    """[(file name, SHA-256)] that the index has of a release."""
    name = re.sub(r"[-_.]+", "-", package).lower()
    request = urllib.request.Request(INDEX % name, headers=AS_JSON)
    with urllib.request.urlopen(request) as answer:
        files = json.loads(answer.read().decode("utf-8"))["files"]
    stems = re.compile(r"%s-%s(-|\.tar\.gz$|\.zip$)" % (
        "[-_.]".join(re.escape(part) for part in name.split("-")), re.escape(version)), re.I)
    return sorted((file["filename"], file["hashes"]["sha256"]) for file in files
                  if stems.match(file["filename"]))


if __name__ == "__main__":
    main()
