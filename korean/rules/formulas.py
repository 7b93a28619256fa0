"""Formulas: equations, comparisons, functions, chemical formulas."""
import re

from korean import english, numerals
from korean.english.dictionary import look_up_lexicon
from korean.rules.numbers import ENGLISH_NUMBERS, NUMBER
from korean.rules.rule import rule, text_after, text_before
from korean.rules.units import UNIT

_VARIABLE = "[A-Za-zα-ωΑ-Ω]"
_MINUS = "[-−–]"
_TERM = ("\\(?[-−]?(?:[0-9]+(?:[.,][0-9]+)*[a-z]{0,2}|%s{1,2})(?:[²³⁰¹⁴-⁹]|\\^[0-9a-z]+)?!?\\)?"
         % _VARIABLE)

_COMPARISONS = {"≤": "이하", "≦": "이하", "⩽": "이하", "<=": "이하", "≥": "이상", "≧": "이상", "⩾": "이상",
                ">=": "이상", "<": "미만", ">": "초과"}
_COMPARISON = "(<=|>=|[≤≦⩽≥≧⩾<>])"
_COUNTERS = "도|명|개|원|세|점|회|년|시간|분|초|살|번|건|위|등|배|단계|급|개월"
_QUANTITY = ("(?:[-−+]?%s(?:[십백천]?[만억조])?(?: ?(?:%s)(?![A-Za-z0-9]))?(?:%s)?|%s(?![A-Za-z0-9]))"
             % (NUMBER, UNIT, _COUNTERS, _VARIABLE))

_ELEMENTS = """
    He Li Be Ne Na Mg Al Si Cl Ar Ca Sc Ti Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Zr
    Nb Mo Ru Rh Pd Ag Cd In Sn Sb Te Xe Cs Ba La Ce Pt Au Hg Tl Pb Bi Po Rn Ra Pu Th H B C N O F P S
    K V Y I W U""".split()
_ATOM = "(?:%s)" % "|".join(_ELEMENTS)
# symbols of two letters, most of which are words, too
_ELEMENT = ("A[cglmrstu]|B[aehikr]|C[adeflmnorsu]|D[bsy]|E[rsu]|F[elmr]|G[ade]|H[efgos]|I[nr]|Kr|"
            "L[airuv]|M[cdgnot]|N[abdehiop]|O[gs]|P[abdmortu]|R[abefghnu]|S[bcegimnr]|T[abcehilms]|"
            "Xe|Yb|Z[nr]")
_ABOUT_ELEMENTS = re.compile("원소|원자(?!력)|주기율표|(?<![레라])이온(?!즈)")
_CHEMICAL = ("(?=[A-Z(])(?<![A-Za-z])"
             "(?:{0}[0-9]{{0,3}}|\\((?:{0}[0-9]{{0,2}}){{1,5}}\\)[0-9]{{1,2}}){{1,12}}"
             "([²³]?[⁺⁻]|[+](?![0-9A-Za-z가-힣+]))?(?![0-9A-Za-z])").format(_ATOM)
_CHARGES = {"⁺": "플러스", "+": "플러스", "⁻": "마이너스"}


def _read_equation(match):
    """2x-3=7: 2x 빼기 3=7, so that its minus is no pause; None without an equals sign."""
    equation = match.group()
    if "=" not in equation:
        return None
    equation = re.sub("(?<=[0-9A-Za-zα-ωΑ-Ω²³⁰¹⁴-⁹)]) ?%s ?" % _MINUS, " 빼기 ", equation)
    equation = re.sub("[-−]", "마이너스 ", equation)
    equation = re.sub("(?<![A-Za-z])[a-z]{2}(?![A-Za-z²³⁰¹⁴-⁹^])",
                      lambda product: english.spell_letters(product.group()), equation)
    equation = re.sub("([0-9A-Za-z]+)/([0-9A-Za-z]+)", "\\2분의 \\1", equation)
    return equation.replace("*", " 곱하기 ").replace("!", " 팩토리얼")


def _read_difference(match):
    """x-y: x 빼기 y; None for a-z, which is a range."""
    return None if match.groups() == ("a", "z") else "%s 빼기 %s" % match.groups()


def _has_left_operand(match):
    return re.search("[0-9A-Za-zα-ωΑ-Ω가-힣%℃°²³)] ?$", text_before(match))


def _read_comparison(match):
    """x ≤ 3: x = 3 이하; ≥ 38℃: 38℃ 이상; 3 < 5: 3 = 5보다 작다. `=` is read as 은 or 는."""
    sign, quantity = match.groups()
    equals = "= " if _has_left_operand(match) else ""
    is_complete = re.match(" ?(?:[.,)]|$)", text_after(match))
    if sign in "<>" and equals and is_complete and re.fullmatch("[-−]?%s|%s" % (NUMBER, _VARIABLE),
                                                                quantity):
        return "%s%s보다 %s" % (equals, quantity, "작다" if sign == "<" else "크다")
    return "%s%s %s" % (equals, quantity, _COMPARISONS[sign])


def _read_interval(match):
    """0 < x ≤ 1: x = 0 초과 1 이하."""
    low, low_sign, variable, high_sign, high = match.groups()
    opposite = {"이하": "이상", "미만": "초과", "이상": "이하", "초과": "미만"}
    return "%s = %s %s %s %s" % (variable, low, opposite[_COMPARISONS[low_sign]], high,
                                 _COMPARISONS[high_sign])


def _read_function(match):
    """f(x): 에프x; f'(x): 에프 프라임 x."""
    name, prime, argument = match.groups()
    return english.spell_letters(name) + " 프라임 " * len(prime) + argument


def _read_chemical(match):
    """NaCl by its letters, H2SO4 with English digits; None for a word or a single element."""
    formula, charge = match.group(), match.group(1) or ""
    body = formula[:len(formula) - len(charge)]
    atoms = re.findall(_ATOM, body)
    has_long_symbol = any(len(atom) == 2 for atom in atoms)
    is_ion = charge and (has_long_symbol or len(atoms) > 1 or charge[-1] in "⁺⁻")
    has_digit = re.search("[0-9]", body)
    is_compound = len(atoms) > 1 and (has_long_symbol or has_digit)
    if has_digit and re.search("(?<![0-9])[0-9]$", text_before(match)):  # 2H2
        is_compound = True
    if not (is_ion or is_compound) or look_up_lexicon(body):
        return None
    return "".join(map(_read_part, re.findall("[A-Za-z]+|[0-9]+", body))) + _read_charge(charge)


def _read_element(match):
    """Ag beside 원소: 에이지; None elsewhere, and in English."""
    before, after = text_before(match), text_after(match)
    if (not _ABOUT_ELEMENTS.search(before + after) or re.search("[A-Za-z]['.-]? ?$", before)
            or re.match("['.-]?[A-Za-z]| [a-z]", after)):
        return None
    return english.spell_letters(match.group())


def _read_part(part):
    if part.isalpha():
        return english.spell_letters(part)
    return ENGLISH_NUMBERS[int(part)] if len(part) == 1 else numerals.sino(int(part))


def _read_charge(charge):
    """²⁺: 이플러스."""
    return {"²": "이", "³": "삼"}.get(charge[:1], "") + _CHARGES.get(charge[-1:], "")


_SET_SIGNS = "[-−+*/,|∩∪ ]{1,3}"
RULES = (
    rule("chemical formula", _CHEMICAL, _read_chemical, needs="A-Z"),
    rule("element", "(?=[A-Z])(?<![0-9A-Za-z])(?:%s)(?![0-9A-Za-z])" % _ELEMENT, _read_element,
         needs=("A-Z", "원주이", "소자율온")),  # the letters of _ABOUT_ELEMENTS
    rule("function", "(?<![A-Za-z])([fghpqFGHPQ])('{{0,2}})"
         "\\(((?:{0}|[0-9]+)(?:{1}(?:{0}|[0-9]+)){{0,3}})\\)"
         .format(_VARIABLE, _SET_SIGNS), _read_function, needs="("),
    rule("function", "(?<![A-Za-z])(sin|cos|tan|log)[²³] ?",
         lambda match: english.to_hangul(match.group(1))
         + {"²": " 제곱 ", "³": " 세제곱 "}[match.group().rstrip()[-1]], needs="²³"),
    rule("function", "(?<![A-Za-z])(log|ln|sin|cos|tan)(?=[xyabθ](?![A-Za-z]))", "\\1 ",
         needs="gns"),
    rule("power", "(?<![0-9A-Za-z])([A-Za-z]|[0-9]{1,40})(?:\\^([a-z])(?![A-Za-z])|ⁿ)",
         lambda match: "%s의 %s제곱" % (match.group(1), english.spell_letters(match.group(2) or "n")),
         needs="^ⁿ"),
    rule("equation", "(?<![0-9A-Za-z.,])%s(?: ?[-−–+×÷*/=] ?%s){1,20}(?![A-Za-z0-9])"
         % (_TERM, _TERM), _read_equation, needs="="),
    rule("equation", "(?<![0-9A-Za-z-])([0-9]*[a-zα-ω][²³]?) ?%s ?([a-zα-ω]|[0-9]+)(?![0-9A-Za-z-])"
         % _MINUS, _read_difference, needs=("-−–", "a-zα-ω")),
    rule("comparison", "(?=[-−0-9])(%s) ?%s ?(%s|[가-힣]{1,10}) ?%s ?(%s)"
         % (_QUANTITY, _COMPARISON, _VARIABLE, _COMPARISON, _QUANTITY), _read_interval,
         needs="≤≦⩽≥≧⩾<>"),
    rule("comparison", "%s ?(%s)(?! ?>)" % (_COMPARISON, _QUANTITY), _read_comparison,
         needs="≤≦⩽≥≧⩾<>"),
    # not the English article
    rule("equation", "(?<![A-Za-z])a(?= ?[-−+×÷*/=])|(?<=[-−+×÷*/=(])a(?![A-Za-z²³^])|"
         "(?<=[-−+×÷*/=] )a(?![A-Za-z²³^])", "에이", needs="-−+×÷*/="),
    rule("comparison", "[≈≒≃] ?(?=[-−0-9])",
         lambda match: "= 약 " if _has_left_operand(match) else "약 ", needs="≈≒≃"),
)
