"""The page: its template renders, its parts exist, and it needs nothing from elsewhere."""
import glob
import json
import os
import re
import string

import flask
import pytest
from conftest import ROOT

from server.access import AccessControl

PAGE = os.path.join(ROOT, "server", "page")
STATIC = os.path.join(PAGE, "static")
SCRIPTS = sorted(glob.glob(os.path.join(STATIC, "*.js")))
FILES = SCRIPTS + sorted(glob.glob(os.path.join(STATIC, "*.css"))) + [
    os.path.join(PAGE, "index.html")]


def read(*names):
    with open(os.path.join(*names), encoding="utf-8") as file:
        return file.read()


@pytest.fixture(scope="module")
def client():
    """A client of an application that has only the page, and the headers of the server."""
    app = flask.Flask("page", template_folder=PAGE, static_folder=STATIC, static_url_path="/static")
    app.add_url_rule("/", "page", lambda: flask.render_template("index.html"))
    AccessControl().protect(app)
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="module")
def html(client):
    return client.get("/").get_data(as_text=True)


@pytest.fixture(scope="module")
def texts():
    return json.loads(read(STATIC, "texts.json"))


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts(texts):
    assert set(texts) == {"en", "ko"}
    assert list(texts["en"]) == list(texts["ko"])
    for key, english in texts["en"].items():
        assert placeholders(english) == placeholders(texts["ko"][key]), key


def test_korean_texts_are_korean(texts):
    for key, text in texts["ko"].items():
        words = re.sub("{\\w+}|Enter|API", "", text)
        assert re.search("[가-힣]", words) or not re.search("[A-Za-z]", words), key


def test_the_page_and_its_scripts_use_all_texts_and_no_other(html, texts):
    used = set(re.findall("data-(?:text|label|title|placeholder)=\"(\\w+)\"", html))
    for path in SCRIPTS:
        for call in re.findall("(?s)\\bt\\((.*?)[,)]", read(path)):
            used |= set(re.findall("\"(\\w+)\"", call))
        used |= set(re.findall("\"(consent\\w+)\"", read(path)))
    assert used == set(texts["en"])


def test_each_id_is_unique_and_those_of_the_scripts_exist(html):
    ids = re.findall("\\bid=\"([\\w-]+)\"", html)
    assert len(ids) == len(set(ids))
    used = {name for path in SCRIPTS for name in re.findall("element\\(\"([\\w-]+)\"\\)",
                                                            read(path))}
    assert len(used) > 40 and used <= set(ids)
    references = " ".join(re.findall("(?:for|aria-\\w+by)=\"([^\"]+)\"", html)).split()
    assert set(references) <= set(ids)


def test_files_of_the_page_exist(html):
    linked = re.findall("(?:src|href)=\"(static/[^\"]+)\"", html)
    imported = [name for path in SCRIPTS
                for name in re.findall("from \"\\./([^\"]+)\"", read(path))]
    needed = {os.path.basename(path) for path in linked} | set(imported)
    assert {name for name in needed if not os.path.exists(os.path.join(STATIC, name))} == set()
    assert {os.path.basename(path) for path in FILES[:-1]} <= needed


def test_imported_names_are_exported():
    for path in SCRIPTS:
        for names, source in re.findall("(?s)import \\{([^}]*)\\}\\s*from \"\\./([^\"]+)\"",
                                        read(path)):
            for name in re.split(",\\s*", names.strip()):
                assert re.search("export (?:async )?(?:function|const|class) %s\\b" % name,
                                 read(STATIC, source)), (path, name)


def test_nothing_is_loaded_from_elsewhere(html):
    """No address with a host, and no absolute path: the page also works below a proxy's path."""
    for path in FILES:
        addresses = re.findall("(?:https?:)?//[\\w.-]+\\.\\w+", read(path))
        assert not addresses, path
    assert not re.findall("(?:src|href|action)=\"/", html)


def test_the_content_security_policy_allows_the_page(html):
    """Neither scripts nor styles are inline, and no data becomes HTML or code."""
    assert not re.findall("<script(?![^>]*\\bsrc=)|<style|\\sstyle=|\\son\\w+=|javascript:", html)
    for path in SCRIPTS:
        assert not re.findall("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|"
                              "new Function|setAttribute\\(\"style\"", read(path)), path


def test_the_headers_of_the_server_allow_what_the_page_needs(client):
    for path in ["/"] + ["/static/" + os.path.basename(path) for path in FILES[:-1]]:
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200
        assert "default-src 'self';" in policy and "media-src 'self' blob:" in policy
        assert "unsafe" not in policy and "script-src" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        # a browser that may not guess runs a module only with this type
        assert not path.endswith(".js") or answer.mimetype.endswith("/javascript")
    assert client.get("/static/texts.json").mimetype == "application/json"


def test_files_have_fewer_than_300_lines():
    for path in FILES:
        lines = read(path).split("\n")
        assert len(lines) < 300, path
        assert max(map(len, lines)) <= 100, path


def test_the_page_states_that_speech_is_synthetic_and_needs_consent(html, texts):
    assert "data-text=\"synthetic\"" in html and "data-text=\"consent\"" in html
    assert "synthetic" in texts["en"]["synthetic"] and "합성" in texts["ko"]["synthetic"]
    assert "consent" in texts["en"]["consent"] and "동의" in texts["ko"]["consent"]
