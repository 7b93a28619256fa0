"""The order of the rules: which of two rules reads a text that both could read."""
import unicodedata

from test_normalizer import corpus

from korean import rules
from korean.rules.rule import RuleSequence, TextInProgress

# rule: the later rules that would read some text of the corpus otherwise, and rightly come second
PRECEDES = {
    "English digit": "number",
    "anniversary": "fraction, number",
    "below zero": "unit",
    "chemical formula": "English, code",
    "circled": "compatibility form, emoji",
    "code": "number",
    "countdown": "code",
    "date": "branch number, fraction, number, version",
    "digit by digit": "number",
    "emergency": "number",
    "drawn out": "drawn out, range",
    "element": "English",
    "emoticon": "letter name",
    "equation": "English, code",
    "fraction": "compatibility form",
    "function": "power",
    "leading zero": "number",
    "particle": "particle does not fit, unit",
    "range": "drawn out",
    "ratio": "branch number",
    "roman numeral": "English, acronym",
    "sign": "English, dash, ornament, sign",
    "subscript": "transliteration",
    "telephone": "branch number, number",
    "time": "fraction, ratio",
    "unit": "English, code, unit",
    "version": "English",
}


def _claims():
    """{(rule, later rule): (text, reading, other reading)} where both read the same span."""
    claims, sequences = {}, [RuleSequence((rule,)) for rule in rules.PIPELINE]
    for written, _, _, _ in corpus():
        line = TextInProgress(unicodedata.normalize("NFC", written))
        for index, rule in enumerate(rules.PIPELINE):
            text = line.text
            line.apply(sequences[index])
            for match in rule.pattern.finditer(text) if line.text != text else ():
                read = rule.read(match)
                if read not in (None, match.group()):
                    later_rules = rules.PIPELINE[index + 1:]
                    for other, other_read in _other_readings(text, match, later_rules):
                        if other_read != read:
                            claims[rule.name, other] = (match.group(), read, other_read)
    return claims


def _other_readings(text, match, later_rules):
    """(name, reading) of each later rule that reads exactly the text of a match."""
    for rule in later_rules:
        other = rule.pattern.match(text, match.start())
        if other and other.span() == match.span():
            read = rule.read(other)
            if read not in (None, other.group()):
                yield rule.name, read


def test_no_two_rules_claim_the_same_text_unless_their_order_is_decided():
    claims = _claims()
    decided = {(first, second) for first, names in PRECEDES.items() for second in names.split(", ")}
    assert {pair: claims[pair] for pair in claims if pair not in decided} == {}
    assert decided <= set(claims), "a pair that no text of the corpus shows any more"
