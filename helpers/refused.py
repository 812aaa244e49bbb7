"""The one way to say that an object ran but did not give what the exercise asks for."""

from __future__ import annotations


class Refused(Exception):
    """The object ran but did not give what the exercise asks for; `kind` names the sort of mismatch.

    same_as: what makes two such mistakes the same one, where the message also holds names that a student chose
    """

    def __init__(self, kind: str, message: str, same_as: str | None = None):
        super().__init__(message)
        self.kind = kind
        self.same_as = message if same_as is None else same_as
