"""Early stopping: a run ends before its last step when its validation no longer improves."""


def has_same_measure(model_type, score, other):
    """Whether two scores of a run can be compared.

    Those of a Tacotron 2 are from 0 to 1 for alignments, and below 0 for the error of the mels.
    """
    return model_type != "tacotron" or (score < 0) == (other < 0)


def stop_message(history, patience, model_type):
    """Why the run should stop, a sentence, or None. `history` has the records of history.jsonl.

    It stops after `patience` evaluations in a row without a higher score than the best one before
    them; 0 means never. Scores of another measure than the last one do not count.
    """
    scores = [(record["step"], record["evaluation/score"]) for record in history
              if "evaluation/score" in record]
    if not patience or not scores:
        return None
    scores = [each for each in scores if has_same_measure(model_type, each[1], scores[-1][1])]
    best = max(range(len(scores)), key=lambda i: scores[i][1])      # the first of equal ones
    if len(scores) - 1 - best < patience:
        return None
    return ("stopped at step %d: the validation has not improved in the %d evaluations since step "
            "%d, whose checkpoint synthesis uses"
            % (scores[-1][0], len(scores) - 1 - best, scores[best][0]))
