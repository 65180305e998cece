"""What a command must hold."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar
from unittest import SkipTest

from debcr_core.offering.checking import check_command
from debcr_core.offering.describing import help_of
from debcr_core.offering.own_verbs import OWN_VERBS
from debcr_core.testing.components import installed


class CommandTests:
    """Tests of a command.

    Attributes
    ----------
    component : callable
        The function, or the `typer.Typer`; in a class's body as ``staticmethod(function)``.
    verb : str
        What it is offered as.
    """

    kind: ClassVar[str] = "command"
    component: ClassVar[Any]
    verb: ClassVar[str]

    def test_it_is_one_that_typer_understands(self) -> None:
        """Its options can be made of its parameters, and its help be shown."""
        from debcr_core.offering.building import built

        check_command(self.verb, self.component)
        command = built(self.verb, self.component)
        context = command.make_context(self.verb, [], resilient_parsing=True)
        assert self.verb in command.get_help(context), "its help does not show its verb"

    def test_it_says_in_a_sentence_what_it_does(self) -> None:
        """`debcr --help` shows the first sentence."""
        text = help_of(self.component).split("\n\n")[0].strip()
        assert text.endswith("."), f"its docstring begins {text[:60]!r}"

    def test_each_parameter_has_a_type(self) -> None:
        """Typer takes the rest for text."""
        if not inspect.isfunction(self.component):
            raise SkipTest("a group")
        bare = [
            name
            for name, parameter in inspect.signature(self.component).parameters.items()
            if parameter.annotation is parameter.empty
        ]
        assert not bare, f"these have none: {', '.join(bare)}"

    def test_its_verb_is_free(self) -> None:
        """A verb that is taken is left out."""
        assert self.verb not in OWN_VERBS, f"debcr has the verb {self.verb} itself"
        there = installed().commands().get(self.verb)
        if there is not None:
            own = there.load()
            assert own is self.component, f"{there.provenance} has the verb {self.verb}"
