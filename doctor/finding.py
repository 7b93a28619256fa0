"""A finding of the doctor."""
from collections import namedtuple

OK, NOTE, FAIL = "ok", "note", "fail"

# status: OK, NOTE (training works, but this is good to know) or FAIL (training does not work);
# remedy: what to do, or ""
Finding = namedtuple("Finding", "subject status message remedy")
Finding.__new__.__defaults__ = ("",)


def can_train(findings):
    return all(finding.status != FAIL for finding in findings)
