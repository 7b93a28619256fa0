"""Early stopping: a run ends before its last step when its validation no longer improves."""


def stop_message(history, patience):
    """Why the run should stop, a sentence, or None. `history` has the records of history.jsonl.

    It stops after `patience` evaluations in a row without a higher score than the best one before
    them; 0 means never.
    """
    scores = [(record["step"], record["evaluation/score"]) for record in history
              if "evaluation/score" in record]
    if not patience or not scores:
        return None
    best = max(range(len(scores)), key=lambda i: scores[i][1])      # the first of equal ones
    if len(scores) - 1 - best < patience:
        return None
    return ("stopped at step %d: the validation has not improved in the %d evaluations since step "
            "%d, whose checkpoint synthesis uses"
            % (scores[-1][0], len(scores) - 1 - best, scores[best][0]))
