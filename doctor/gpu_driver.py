"""The NVIDIA driver and its cards, as nvidia-smi, the kernel and libcuda tell."""
import ctypes
import os
import re
import shutil
import subprocess
from collections import namedtuple

# index: a number, as nvidia-smi counts; memory in MiB; capability: (major, minor), or None where
# neither nvidia-smi nor libcuda told
Card = namedtuple("Card", "index uuid name memory capability")
# driver: "580.95.05", or None where there is none; cards: all that nvidia-smi lists; said: what it
# answered instead; reachable: whether a program finds the driver's libcuda.so.1; chosen:
# CUDA_VISIBLE_DEVICES, or None where it is not set
Cards = namedtuple("Cards", "driver cards said reachable chosen")

_FIELDS = ("index", "uuid", "name", "memory.total", "driver_version")
_MAJOR, _MINOR = 75, 76     # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_…
_STUBS = "/stubs/"


def find():
    """The Cards of this machine, or of this container."""
    answer = _ask(_FIELDS + ("compute_cap",))
    if answer and "not a valid field" in answer:        # drivers before 2021
        answer = _ask(_FIELDS)
    driver, cards, said = parsed(answer)
    capabilities = {} if all(card.capability for card in cards) else _capabilities()
    cards = [card if card.capability else card._replace(capability=capabilities.get(card.name))
             for card in cards]
    return Cards(driver or _loaded(), cards, said, _libcuda() is not None,
                 os.environ.get("CUDA_VISIBLE_DEVICES"))


def parsed(answer):
    """(driver, [Card], what was said instead) of nvidia-smi's answer, None where there is none.

    The answer is that to --query-gpu=index,uuid,name,memory.total,driver_version[,compute_cap]
    --format=csv,noheader,nounits.
    """
    driver, cards = None, []
    for line in (answer or "").splitlines():
        row = [value.strip() for value in line.split(",")]
        if len(row) < len(_FIELDS) or not row[0].isdigit():
            return None, [], answer.strip().splitlines()[0]
        driver = row[4]
        capability = re.match(r"(\d+)\.(\d+)$", row[5]) if len(row) > len(_FIELDS) else None
        cards.append(Card(int(row[0]), row[1], row[2],
                          int(row[3]) if row[3].isdigit() else None,
                          capability and tuple(int(part) for part in capability.groups())))
    return driver, cards, None


def visible(found):
    """The cards that CUDA_VISIBLE_DEVICES leaves to a program, in its order."""
    if found.chosen is None:
        return list(found.cards)
    left = []
    for name in found.chosen.split(","):
        card = next((card for card in found.cards
                     if name == str(card.index) or name and card.uuid.startswith(name)), None)
        if card is None:        # CUDA stops at the first that it does not know
            break
        left.append(card)
    return left


def _ask(fields):
    """nvidia-smi's answer, of either stream; None where there is no nvidia-smi."""
    program = shutil.which("nvidia-smi")
    if not program:
        return None
    try:
        answer = subprocess.run([program, "--query-gpu=" + ",".join(fields),
                                 "--format=csv,noheader,nounits"], timeout=60,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return "nvidia-smi: %s" % problem
    return answer.stdout.decode("utf-8", "replace")


def _loaded():
    """The version of the driver that the kernel has loaded, seen from inside a container too."""
    try:
        with open("/proc/driver/nvidia/version", encoding="utf-8") as file:
            found = re.search(r"Module.*?\s(\d+\.\d+(\.\d+)?)\s", file.read())
    except OSError:
        return None
    return found and found.group(1)


def _libcuda():
    """The driver's library, or None: a stub in its place is none."""
    try:
        library = ctypes.CDLL("libcuda.so.1")
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = [line.split(None, 5)[5] for line in maps if "libcuda.so" in line]
    except OSError:
        return None
    return None if any(_STUBS in path for path in paths) else library


def _capabilities():
    """{name of a card: (major, minor)} as libcuda tells."""
    library, found = _libcuda(), {}
    if library is None or library.cuInit(0):
        return found
    count, device, value = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    name = ctypes.create_string_buffer(256)
    library.cuDeviceGetCount(ctypes.byref(count))
    for number in range(count.value):
        library.cuDeviceGet(ctypes.byref(device), number)
        library.cuDeviceGetName(name, len(name), device)
        pair = []
        for attribute in (_MAJOR, _MINOR):
            library.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
            pair.append(value.value)
        found[name.value.decode("utf-8", "replace")] = tuple(pair)
    return found
