"""Use the page of serve.py in headless Chromium, as a visitor does, and check what it does.

    pip install playwright; npm install axe-core
    python serve.py --voice voices/demo --voice voices/base &
    python tests/tools/browse_page.py http://127.0.0.1:8010/ --axe node_modules/axe-core/axe.min.js

It prints one line per check, and ends with status 1 at the first that fails. --screenshots DIR
keeps pictures of the page: wide, narrow and dark. --chromium names a browser other than
Playwright's.
"""
import argparse
import json
import os
import sys
import time
import unicodedata

from page_visitor import COLORS, LISTEN, RECORD_SEEKS, TIMEOUT, Visitor
from playwright.sync_api import sync_playwright

TEXT = "사과 3개를 10km 떨어진 WiFi 매장에서 샀다 😀 ㄱㄹㅁ.\n오늘 낮 기온은 23℃입니다."
LONG_TEXT = "\n".join(["오늘 서울의 낮 기온은 23도이고, 바람은 초속 4.5미터입니다."] * 3)
MAGIC = {"wav": [b"RIFF"], "flac": [b"fLaC"], "ogg": [b"OggS"],
         "mp3": [b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3"]}


def check_reading(visitor):
    """The reading appears while typing; hover and keyboard focus explain each change."""
    page = visitor.page
    page.focus("#text")
    page.keyboard.type(TEXT, delay=2)
    page.wait_for_selector(".unreadable")
    reading = visitor.text("#reading")
    assert "세개" in reading.replace(" ", "") and "십킬로미터" in reading, reading
    assert visitor.text(".unreadable") == "ㄱㄹㅁ" and page.is_visible("#unreadable")
    page.hover(".change >> nth=1")
    assert "10km → 십킬로미터" in visitor.text("#tip"), visitor.text("#tip")
    page.mouse.move(0, 0)
    page.wait_for_selector("#tip", state="hidden")
    page.focus("#text")
    page.keyboard.press("Tab")
    assert "3개" in visitor.text("#tip")
    page.keyboard.press("ArrowRight")
    assert "10km" in visitor.text("#tip")
    page.keyboard.press("Enter")
    assert page.evaluate("[document.activeElement.id, getSelection().toString()]") == [
        "text", "10km"]
    visitor.write(unicodedata.normalize("NFD", "😀 " + TEXT))
    page.wait_for_function("() => document.querySelectorAll('.silent').length === 2")
    page.click(".change >> text=와이파이")
    assert page.evaluate("getSelection().toString()") == "WiFi"


def check_speaking(visitor):
    """Speech plays while it is generated; the audio element advances and is not silent."""
    page = visitor.page
    page.click("#new-seed")         # the server may have stored the speech of an earlier run
    visitor.write(LONG_TEXT)
    page.press("#text", "Control+Enter")
    page.wait_for_function(
        "() => Number(document.getElementById('waveform').getAttribute('aria-valuenow')) > 0.3",
        timeout=1000 * TIMEOUT)
    assert visitor.is_generating(), "the speech was complete before it began to play"
    before, heard = visitor.time(), page.evaluate(LISTEN)
    assert heard > 0.01, heard
    assert visitor.time() > before + 0.3
    lengths = [float(page.get_attribute("#waveform", "aria-valuemax"))]
    visitor.wait()
    lengths.append(float(page.get_attribute("#waveform", "aria-valuemax")))
    assert lengths[0] < lengths[1], lengths


def check_position(visitor):
    """The waveform is a slider, and a click or Enter on a jamo plays from there."""
    page = visitor.page
    visitor.speak(TEXT)
    visitor.pause()
    page.focus("#waveform")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert abs(visitor.time() - 1) < 0.02, visitor.time()
    target = page.locator("#jamo button").nth(14)
    expected = float(target.get_attribute("aria-label").split(",")[-1].split()[0])
    page.evaluate(RECORD_SEEKS)
    for act in (target.click, lambda: (target.focus(), page.keyboard.press("Enter"))):
        act()
        assert page.evaluate(LISTEN) > 0.01
        visitor.pause()
    seeks = page.evaluate("seeks")
    assert len(seeks) == 2 and all(abs(seek - expected) < 0.1 for seek in seeks), seeks
    for canvas in ("mel", "alignment", "waveform-canvas"):
        assert page.evaluate(COLORS, canvas) > (2 if canvas.startswith("w") else 50), canvas
    page.click("#figure", position={"x": 300, "y": 50})
    page.wait_for_function("seeks.length == 3", timeout=1000 * TIMEOUT)    # its event comes later
    visitor.pause()


def check_downloads(visitor):
    """Each format is downloaded as a complete file of its kind."""
    seconds = float(visitor.page.get_attribute("#waveform", "aria-valuemax"))
    for format_name, beginnings in sorted(MAGIC.items()):
        with visitor.page.expect_download(timeout=1000 * TIMEOUT) as download:
            visitor.page.click("#downloads button >> text=%s" % format_name.upper())
        assert download.value.suggested_filename.endswith("." + format_name)
        with open(download.value.path(), "rb") as file:
            content = file.read()
        assert any(content.startswith(magic) for magic in beginnings), content[:8]
        if format_name == "wav":
            bytes_per_second = int.from_bytes(content[28:32], "little")
            assert abs(len(content) / bytes_per_second - seconds) < 0.2, len(content)


def check_speakers(visitor):
    """Another speaker says the same text in another way; the history repeats the first."""
    page = visitor.page
    speakers = page.eval_on_selector_all("#speaker option", "all => all.map((one) => one.value)")
    facts, sounds = [], []
    for speaker in speakers[:2] + speakers[:1]:
        page.select_option("#speaker", speaker)
        with page.expect_response("**/api/synthesize") as answer:
            page.click("#speak")
        visitor.wait()
        facts.append(visitor.text("#result-facts"))
        sounds.append(answer.value.json()["id"])
    assert speakers[1] in facts[1] and sounds[0] != sounds[1] and sounds[0] == sounds[2], facts
    assert page.locator("#history li").count() >= 3
    visitor.open()
    entry = page.locator("#history button").nth(1)
    with page.expect_response("**/api/synthesize") as answer:
        entry.click()
    visitor.wait()
    assert answer.value.json()["id"] == sounds[1]
    assert page.input_value("#speaker") == speakers[1]
    visitor.pause()


def check_voices(visitor):
    """Each voice of the server speaks, with its own speakers."""
    page, found = visitor.page, []
    voices = page.eval_on_selector_all("#voice option", "all => all.map((one) => one.value)")
    for voice in voices[::-1]:
        page.select_option("#voice", voice)
        found.append(page.eval_on_selector_all("#speaker option",
                                               "all => all.map((one) => one.value)"))
        visitor.speak("안녕하세요.")
        facts = visitor.text("#result-facts")
        assert voice in facts and page.input_value("#speaker") in facts, facts
        visitor.pause()
    assert len(voices) == 1 or found[0] != found[1], found


def check_cancel(visitor):
    """Cancel ends the generation; what has arrived stays, and the next speech works."""
    page = visitor.page
    page.click("#new-seed")
    visitor.write(LONG_TEXT)
    page.click("#speak")
    page.wait_for_function(
        "() => Number(document.getElementById('waveform').getAttribute('aria-valuemax')) > 0.5",
        timeout=1000 * TIMEOUT)
    page.focus("#cancel")
    page.keyboard.press("Enter")
    assert not visitor.is_generating()
    assert page.evaluate("document.activeElement.id") == "speak"
    assert page.is_disabled("#downloads button >> nth=0")
    visitor.speak("다시 합니다.")
    assert page.is_enabled("#downloads button >> nth=0")
    visitor.pause()


def check_errors(visitor):
    """What the page or the server refuses is shown in the page, in its language."""
    page = visitor.page
    for text, expected in (("", "no text"), ("ㄱㄹㅁ", "refused"), ("가" * 5001, "characters")):
        page.fill("#text", text)
        page.click("#speak")
        page.wait_for_selector("#error", timeout=10000)
        assert expected in visitor.text("#error"), visitor.text("#error")
    page.fill("#text", "서버가 없습니다.")
    page.context.set_offline(True)
    page.click("#speak")
    page.wait_for_function("() => /not answer/.test(document.getElementById('error').textContent)")
    page.context.set_offline(False)
    visitor.problems[:] = [problem for problem in visitor.problems
                           if "Failed to load resource" not in problem]
    visitor.speak("서버가 있습니다.")
    visitor.pause()


def check_languages(visitor):
    """All texts change with the language, which the page remembers."""
    page = visitor.page
    page.click("[data-language=ko]")
    assert page.get_attribute("html", "lang") == "ko"
    assert visitor.text("#speak").startswith("말하기") and page.title() == "한국어 음성 합성"
    for text in page.eval_on_selector_all("[data-text]", "all => all.map((one) => one.innerText)"):
        assert not text or any("가" <= letter <= "힣" for letter in text), text
    visitor.open()
    assert visitor.text("#speak").startswith("말하기")
    page.click("[data-language=en]")
    assert visitor.text("#speak").startswith("Speak")


def check_keyboard(visitor):
    """Tab reaches all controls and leaves the page; the focus is always visible."""
    page, seen = visitor.page, []
    visitor.speak("키보드로 씁니다.")
    visitor.pause()
    page.focus(".skip")
    page.keyboard.press("Tab")
    for _ in range(60):
        focus = page.evaluate("""() => {
          const node = document.activeElement;
          const style = getComputedStyle(node);
          return [node.id || node.textContent.trim(), node === document.body,
            style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
        }""")
        if focus[1] or focus[0] in seen:
            break
        assert focus[2], "no visible focus: %s" % focus[0]
        seen.append(focus[0])
        page.keyboard.press("Tab")
    else:
        raise AssertionError("the keyboard does not leave the page: %s" % seen)
    expected = ["text", "voice", "speaker", "seed", "new-seed", "speak", "play", "waveform", "WAV",
                "clear-history"]
    assert [name for name in seen if name in expected] == expected, seen


def check_accessibility(visitor, axe, name):
    """axe finds nothing serious."""
    with open(axe, encoding="utf-8") as file:
        visitor.page.evaluate(file.read())
    found = visitor.page.evaluate("async () => (await axe.run(document)).violations")
    serious = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found
               if rule["impact"] in ("serious", "critical")]
    assert not serious, json.dumps(serious, ensure_ascii=False, indent=1)
    print("ok  %s: axe finds nothing serious; minor: %s"
          % (name, ", ".join(rule["id"] for rule in found) or "nothing"))


def check_appearance(visitor, options):
    """No part is wider than the window; accessibility in all appearances; pictures of them."""
    page = visitor.page
    visitor.open()
    visitor.speak(TEXT)
    visitor.pause()
    page.focus("#speak")
    for name, width, colors in (("wide", 1200, "light"), ("dark", 1200, "dark"),
                                ("narrow", 360, "light"), ("narrow-dark", 360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colors)
        time.sleep(0.5)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if options.axe:
            check_accessibility(visitor, options.axe, name)
        if options.screenshots:
            page.screenshot(path=os.path.join(options.screenshots, name + ".png"), full_page=True)


def check_requests(visitor):
    """No request leaves the server's address, and the browser reports no error."""
    foreign = [url for url in visitor.requests
               if not url.startswith((visitor.address, "blob:" + visitor.address, "data:"))]
    assert not foreign, foreign
    assert not visitor.problems, visitor.problems


CHECKS = (check_reading, check_speaking, check_position, check_downloads, check_speakers,
          check_voices, check_cancel, check_errors, check_languages, check_keyboard)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address", help="of the page, with / at the end")
    parser.add_argument("--axe", metavar="FILE", help="axe.min.js")
    parser.add_argument("--chromium", metavar="FILE", help="program of the browser")
    parser.add_argument("--screenshots", metavar="DIR", help="folder for pictures")
    options = parser.parse_args(arguments)
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium)
        visitor = Visitor(browser, options.address, locale="en-US",
                          viewport={"width": 1200, "height": 900})
        for check in CHECKS:
            check(visitor)
            print("ok  " + check.__doc__)
        check_appearance(visitor, options)
        check_requests(visitor)
        print("ok  " + check_requests.__doc__)
        korean = Visitor(browser, options.address, locale="ko-KR")
        assert korean.page.get_attribute("html", "lang") == "ko"
        print("ok  A Korean browser gets the Korean page.")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
