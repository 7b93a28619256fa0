"""Consent of the speaker whose voice is cloned: `own` voice, or `given` by its owner.

It is stored in run.json of the runs, exported with them, and written into the metadata of the
speech.
"""
import sys

from common.errors import InputError

CONSENTS = ("own", "given")
_MEANING = ("--consent own states that the voice is your own, --consent given that its owner "
            "agreed that you clone it")


def add_consent_option(parser):
    parser.add_argument("--consent", choices=CONSENTS,
                        help="own: the speaker is you; given: the speaker agreed that the voice is "
                             "cloned. Stored in the run and in the metadata of its speech")


def require_consent(consent, stored=None):
    """The consent of the option --consent, else the `stored` one, else the answer to a question.

    Raises InputError if there is none: without a terminal nobody can be asked.
    """
    if consent or stored:
        return consent or stored
    if not (sys.stdin and sys.stdin.isatty()):
        raise InputError("--consent: is missing; " + _MEANING)
    print("Whose voice is it?\n  own    your own\n  given  of someone who agreed that you clone it")
    try:
        answer = input("own or given: ").strip().lower()
    except EOFError:
        answer = ""
    if answer not in CONSENTS:
        raise InputError("consent %.20r: should be own or given; %s" % (answer, _MEANING))
    return answer


def describe_consent(consent):
    """What the metadata of speech say about the speaker; "" without consent."""
    return ", voice cloned with consent: %s" % consent if consent else ""
