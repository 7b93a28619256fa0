"""Review a corpus in headless Chromium, as a person does, and check what reaches the files.

    pip install playwright; npm install axe-core
    python tests/tools/browse_review.py CORPUS --axe node_modules/axe-core/axe.min.js

CORPUS is a folder of at least four clips with transcripts. The review works on a copy. It prints
one line per check, and ends with status 1 at the first that fails. --screenshots DIR keeps
pictures of the page, --chromium names a browser other than Playwright's, and --python the
interpreter of the review.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

from page_visitor import Window
from playwright.sync_api import sync_playwright

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORRECTION = "고친 문장 3개입니다."
LONGEST_PLAY = 3000     # milliseconds until the position of the player must have advanced


class Review(Window):
    """A running review and its page. `status`: of the program, after its end."""

    def __init__(self, corpus, browser, python, **settings):
        self.corpus = corpus
        self.process = subprocess.Popen([python, "-m", "datasets", "review", corpus], cwd=ROOT,
                                        stdout=subprocess.PIPE, universal_newlines=True)
        self.address = None
        while not self.address:
            line = self.process.stdout.readline()
            assert line, "the review ended with status %d" % self.process.wait()
            self.address = (re.findall(r"http://127\.0\.0\.1:\S+", line) or [None])[0]
        super().__init__(browser, **settings)
        self.open()

    def open(self):
        self.page.goto(self.address)
        self.page.wait_for_selector("main:not([hidden])")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.context.close()
        self.process.terminate()
        self.status = self.process.wait()

    def clip(self):
        return self.page.inner_text("#clip-id")

    def press(self, key):
        """Press a key outside the text field, and wait until another clip is shown."""
        before = self.clip()
        self.page.keyboard.press(key)
        self.page.wait_for_function("(id) => document.getElementById('clip-id').textContent !== id",
                                    arg=before)
        return before

    def file(self, name):
        with open(os.path.join(self.corpus, name), encoding="utf-8") as file:
            return file.read()

    def transcripts(self):
        return "".join(self.file(name) for name in os.listdir(self.corpus)
                       if name.endswith((".tsv", ".csv", ".txt", ".json")))


def check_play(review):
    """Space plays the clip; the position of the player advances."""
    page = review.page
    page.wait_for_function("() => document.getElementById('player').readyState >= 2")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('player').currentTime > 0.3",
                           timeout=LONGEST_PLAY)
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('player').paused")


def check_reading(review):
    """The page shows how a text will be read while it is typed."""
    page = review.page
    page.keyboard.press("e")
    page.fill("#text", CORRECTION)
    page.wait_for_function("() => document.getElementById('read').textContent.includes('세개')"
                           " || document.getElementById('read').textContent.includes('세 개')")
    assert page.inner_text("#state") == "not saved", page.inner_text("#state")


def check_correction(review):
    """Enter in the text stores the correction in the corpus, and the next clip is shown."""
    corrected = review.press("Enter")
    assert CORRECTION in review.transcripts()
    assert corrected in review.file("reviewed.tsv")


def check_drop(review):
    """D drops a clip: it is listed in exclude.txt."""
    review.page.keyboard.press("Escape")
    dropped = review.press("d")
    assert dropped in review.file("exclude.txt")


def check_accept(review):
    """A accepts a text that is right, and stores no other text."""
    before = review.transcripts()
    accepted = review.press("a")
    assert accepted in review.file("reviewed.tsv")
    assert [line for line in before.splitlines() if line not in review.transcripts()] == []


def check_reload(review):
    """After a reload, the review goes on at the first clip that is not reviewed."""
    clip, counts = review.clip(), review.page.inner_text("#counts")
    assert "3 of " in counts and "1 dropped" in counts, counts
    review.open()
    review.page.wait_for_function("(id) => document.getElementById('clip-id').textContent === id",
                                  arg=clip)
    assert review.page.inner_text("#counts") == counts


def check_language(review):
    """The page changes to Korean, and remembers it."""
    page = review.page
    page.select_option("#language", "ko")
    assert "확인" in page.inner_text("[data-action=accept]")
    review.open()
    assert "확인" in page.inner_text("[data-action=accept]")
    page.select_option("#language", "en")


def check_requests(review):
    """No request leaves the address of the review, and the browser reports no error."""
    server = "/".join(review.address.split("/")[:3])
    other = [url for url in review.requests if not url.startswith((server, "blob:" + server, "data:"))]
    assert not other, other
    assert not review.problems, review.problems


CHECKS = (check_play, check_reading, check_correction, check_drop, check_accept, check_reload,
          check_language, check_requests)
WINDOWS = {"wide": {}, "narrow": {"viewport": {"width": 360, "height": 740}},
           "dark": {"color_scheme": "dark"}}


def check_accessibility(review, axe):
    """axe finds nothing serious."""
    # as an initial script: the page itself allows none but its own
    review.page.add_init_script(path=axe)
    review.open()
    found = review.page.evaluate("async () => (await axe.run()).violations.filter((each) => "
                                 "['serious', 'critical'].includes(each.impact))"
                                 ".map((each) => each.id + ': ' + each.nodes[0].html)")
    assert not found, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--axe", help="axe.min.js of axe-core; without it, axe is not run")
    parser.add_argument("--screenshots", help="folder for pictures of the page")
    parser.add_argument("--chromium", help="executable; default: Playwright's")
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-") as folder, sync_playwright() as playwright:
        corpus = shutil.copytree(options.corpus, os.path.join(folder, "corpus"))
        browser = playwright.chromium.launch(executable_path=options.chromium, args=[
            "--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
        for name, settings in WINDOWS.items():
            with Review(corpus, browser, options.python, locale="en-US", **settings) as review:
                for check in CHECKS if name == "wide" else ():
                    check(review)
                    print("ok  " + check.__doc__)
                if options.axe:
                    check_accessibility(review, options.axe)
                    print("ok  %s: %s" % (name, check_accessibility.__doc__))
                if options.screenshots:
                    os.makedirs(options.screenshots, exist_ok=True)
                    review.page.screenshot(path=os.path.join(options.screenshots, name + ".png"),
                                           full_page=True)
            assert review.status == 0, review.status
        print("ok  The review ends with status 0 when it is told to.")


if __name__ == "__main__":
    main()
