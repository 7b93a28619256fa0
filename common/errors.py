"""The errors for wrong input."""


class InputError(ValueError):
    """The input or an option is wrong. The message names it and says what would be right.

    Programs print it as one line `error: …` and exit with status 2.
    """


class ConflictingOutput(InputError):
    """The folder for the output has the results of other data or settings."""
