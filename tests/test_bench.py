"""The figures of a machine: what is kept of them."""
import json

from bench import reading, report


def test_texts_are_forty_syllables_long():
    for text in reading._texts({"sentence"})[:50]:
        read = reading.korean.Reader().read(text).text
        assert sum("가" <= letter <= "힣" for letter in read) >= reading.SYLLABLES


def test_a_rate_is_that_of_the_median_run():
    assert report.median_rate(10, [1.0, 2.0, 50.0]) == 5.0
    taken = report.seconds(lambda: sum(range(1000)), runs=3)
    assert len(taken) == 3 and min(taken) >= 0


def test_new_figures_replace_old_ones_of_their_name_and_stack(tmp_path, capsys, monkeypatch):
    path = str(tmp_path / "logs" / "bench.json")
    report.save(path, [report.Figure("a", 1.0, "x/s", 0.5, 3), report.Figure("b", 2.0, "x/s", 0.5, 3)])
    monkeypatch.setattr(report, "STACK", "other")
    report.save(path, [report.Figure("a", 7.0, "x/s", 0.5, 3)])
    monkeypatch.undo()
    report.save(path, [report.Figure("a", 3.0, "x/s", 0.25, 3)])
    with open(path, encoding="utf-8") as file:
        stored = json.load(file)
    assert stored["machine"] == report.machine()
    assert sorted((row["name"], row["stack"], row["value"]) for row in stored["figures"]) == sorted([
        ("a", report.STACK, 3.0), ("a", "other", 7.0), ("b", report.STACK, 2.0)])
    assert {row["ratio_to_limit"] for row in stored["figures"] if row["value"] == 3.0} == {0.25}


def test_figures_of_another_machine_are_not_kept(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"machine": {"cores": 99}, "figures": [
        {"name": "b", "stack": report.STACK, "value": 1, "unit": "", "ratio_to_limit": 1}]}))
    report.save(str(path), [report.Figure("a", 3.0, "x/s", 0.25, 3)])
    assert [row["name"] for row in json.loads(path.read_text())["figures"]] == ["a"]
