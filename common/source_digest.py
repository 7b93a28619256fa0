"""A digest of the project's code, by which processes on several hosts recognise their version."""
import functools
import glob
import hashlib
import os

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@functools.lru_cache(None)     # a process keeps the code that it has loaded, if files change later
def source_digest():
    """The start of the SHA-256 of all Python files of the programs and packages."""
    root, digest = glob.escape(_ROOT), hashlib.sha256()
    packages = [os.path.dirname(path) for path in glob.glob(os.path.join(root, "*", "__init__.py"))]
    paths = glob.glob(os.path.join(root, "*.py"))
    for package in packages:
        paths += glob.glob(os.path.join(glob.escape(package), "**", "*.py"), recursive=True)
    for path in sorted(paths):
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()[:12]
