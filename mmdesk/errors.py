"""Errors a user can act on: which file, what is wrong, what to do. One line, no traceback."""


class UserProblem(Exception):
    """Something a person can mend. `name` is the file or thing, without its folder."""

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        super().__init__(name, problem, remedy)
        self.name = name
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}. {self.remedy}"


class InputProblem(UserProblem):
    """An image, a recording or a record that cannot be read; the other inputs still can."""


class PackProblem(UserProblem):
    """A model pack that cannot be trusted or understood."""


class PromptProblem(UserProblem):
    """A prompt that the pack was not trained to answer."""


class TrainingProblem(UserProblem):
    """A recipe, a data folder or a checkpoint that cannot be used."""


class CaseProblem(UserProblem):
    """A case file that cannot be read, trusted or written."""


class SettingsProblem(UserProblem):
    """Settings that cannot be kept."""
