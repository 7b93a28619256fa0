"""Write the SHA-256 of every file that pip may install below each pin of the lock files.

    PIP_INDEX_URL=… python3 docker/update_hashes.py

Run it after changing a pin. It reads the package index that pip is configured for, and lists the
wheels for the Pythons and platforms of a lock, or the source archive where there is no such wheel.
pip refuses to install any other file.
"""
import os
import re
import subprocess
import sys
import urllib.request

# lock file → its Pythons, its platforms, and the packages that the Makefile may replace by others
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
    root, index = os.path.dirname(os.path.dirname(os.path.abspath(__file__))), index_url()
    for name, (pythons, platforms, replacements) in sorted(LOCKS.items()):
        def find_hashes(package, version):
            packages = filter(None, (package, replacements.get(package)))
            return [digest for package in packages for digest in select_hashes(
                release_files(read_page(index, package), package, version), pythons, platforms)]

        path = os.path.join(root, name)
        with open(path, encoding="utf-8") as file:
            lock = add_hashes(file.read(), find_hashes)
        with open(path, "w", encoding="utf-8") as file:
            file.write(lock)


def index_url():
    """Address of the package index in pip's configuration."""
    url = os.environ.get("PIP_INDEX_URL") or subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().strip()
    if not url:
        raise SystemExit("error: pip's configuration names no package index; set PIP_INDEX_URL to "
                         "one, with its /simple")
    return url.rstrip("/")


def read_page(index, package):
    """The index's HTML page on a package (PEP 503)."""
    with urllib.request.urlopen("%s/%s/" % (index, _normalized(package))) as page:
        return page.read().decode("utf-8")


def release_files(page, package, version):
    """[(file name, SHA-256)] of a release."""
    stem = re.compile(r"%s-%s(-|\.tar\.gz$|\.zip$)" % (
        _normalized(package).replace("-", "[-_.]"), re.escape(version)), re.I)
    return sorted(file for file in re.findall(r"([^/\"]+)#sha256=([0-9a-f]{64})\"", page)
                  if stem.match(file[0]))


def select_hashes(files, pythons, platforms):
    """SHA-256 of the wheels that fit, or of the source archives where no wheel does."""
    wheels = [digest for name, digest in files if wheel_fits(name, pythons, platforms)]
    return wheels or [digest for name, digest in files if name.endswith((".tar.gz", ".zip"))]


def wheel_fits(name, pythons, platforms):
    """Whether a file is a wheel for one of the Pythons and one of the platforms."""
    if not name.endswith(".whl"):
        return False
    python, abi, platform = name[:-len(".whl")].split("-")[-3:]
    tags = python.split(".")
    if abi == "abi3":       # for this Python and all newer ones
        newest = max(int(tag[3:] or 0) for tag in pythons if tag.startswith("cp"))
        python_fits = any(int(tag[3:] or 0) <= newest for tag in tags)
    else:
        python_fits = set(tags) & set(pythons) and abi.rstrip("mu") in pythons + ("none",)
    return bool(python_fits) and any(re.fullmatch(platforms, tag) for tag in platform.split("."))


def add_hashes(lock, find_hashes):
    """The text of a lock file with find_hashes(package, version) below each pin."""
    lines = []
    for line in re.sub(r" \\\n(    --hash=\S+( \\\n)?)+", "", lock).split("\n"):
        pin = re.match(r"([\w.-]+)==([\w.]+)", line)
        hashes = find_hashes(*pin.groups()) if pin else []
        if pin and not hashes:
            raise SystemExit("error: %s: the package index has no file for it" % line)
        lines.append(" \\\n".join([line] + ["    --hash=sha256:" + digest for digest in hashes]))
    return "\n".join(lines)


def _normalized(package):
    """The name by which an index lists a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


if __name__ == "__main__":
    main()
