"""The architecture of a network as one Python file that needs PyTorch alone.

Consumers run a state dict by the code that comes with it, without our packages. So whatever the
network's class uses of them is collected, statement by statement, into one file.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from debcr_core.errors import UsageError
from debcr_core.published import Folded, Published
from debcr_plugins.zoo.publishing.source_modules import (
    Origin,
    SourceModule,
    nested_imports,
    read_module,
    used_names,
)

if TYPE_CHECKING:
    import torch

FILE = "architecture.py"
FOLDED = "published_network"
"""Name of the function that makes a network into which normalisation is folded."""
BEFORE, AFTER = "normalisation_before", "normalisation_after"
"""What the modules are called in it: they move with it to a GPU."""

OURS = ("debcr_core", "debcr_plugins")
AT_HAND = {"torch", *sys.stdlib_module_names}
"""What a consumer has that runs PyTorch networks."""

HEADER = '''"""Architecture of the network {name}, in one file: it needs PyTorch alone.

Collected by DeBCR Zoo from {modules}.
"""

from __future__ import annotations

'''
FOLDING = '''

def {function}(**parameters):
    """Return the network, with what is done to its input first or to its output last."""
    network = {maker}(**parameters)
{lines}    return network
'''
FIRST = """    network.{name} = {made}
    network.register_forward_pre_hook(lambda self, inputs: (self.{name}(inputs[0]),))
"""
LAST = """    network.{name} = {made}
    network.register_forward_hook(lambda self, inputs, output: self.{name}(output))
"""


@dataclass(frozen=True)
class Architecture:
    """The network's source.

    Attributes
    ----------
    source : str
        One Python file.
    maker : str
        Name of the class or function in it that makes the network.
    parameters : dict
        Its keyword arguments.
    """

    source: str
    maker: str
    parameters: dict[str, Any]

    def network(self) -> torch.nn.Module:
        """Run the file, and make the network with fresh weights."""
        module = types.ModuleType("architecture")
        exec(compile(self.source, FILE, "exec", dont_inherit=True), module.__dict__)
        network: torch.nn.Module = getattr(module, self.maker)(**self.parameters)
        return network


def architecture_of(
    maker: Callable[..., Any], parameters: dict[str, Any], published: Published
) -> Architecture:
    """Collect a network's source.

    Parameters
    ----------
    maker : callable
        The network's class, or a function that returns the network.
    parameters : dict
        Its keyword arguments.
    published : Published
        What is folded into the network.

    Raises
    ------
    UsageError
        If the network needs another library than PyTorch, or its source cannot be collected.
    """
    folded = [part.maker for part in (published.before, published.after) if part]
    makers = [maker, *folded]
    for each in makers:
        _check_at_top(each)
    own = {each.__module__.partition(".")[0] for each in makers}
    collection = _Collection(maker.__name__, {*own, *OURS})
    for each in makers:
        collection.need(each.__module__, each.__name__)
    source = collection.source()
    if not folded:
        return Architecture(source, maker.__name__, parameters)
    lines = _folding(FIRST, BEFORE, published.before) + _folding(LAST, AFTER, published.after)
    source += FOLDING.format(function=FOLDED, maker=maker.__name__, lines=lines)
    return Architecture(source, FOLDED, parameters)


def _check_at_top(maker: Callable[..., Any]) -> None:
    if maker.__qualname__ != maker.__name__ or maker.__module__ == "__main__":
        raise UsageError(
            f"{maker.__qualname__} of {maker.__module__} cannot be published: the class or "
            "function that makes the network must stand at the top level of a module."
        )


def _folding(template: str, name: str, part: Folded | None) -> str:
    if part is None:
        return ""
    arguments = ", ".join(f"{key}={value!r}" for key, value in part.parameters.items())
    return template.format(name=name, made=f"{part.maker.__name__}({arguments})")


@dataclass
class _Collection:
    """The statements that a network needs, by module.

    Attributes
    ----------
    network : str
        What is collected, for the header and for errors.
    own : set of str
        Packages whose source is taken; others are imported.
    """

    network: str
    own: set[str]
    modules: dict[str, SourceModule] = field(default_factory=dict)
    kept: dict[str, set[int]] = field(default_factory=dict)
    renamed: dict[str, dict[str, str]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    imports: dict[str, Origin] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)

    def need(self, module: str, name: str) -> bool:
        """Keep what binds a name, and all that it uses; say whether the module binds it."""
        read = self._read(module)
        if name in read.imported:
            self._need_imported(read, name)
            return True
        if name not in read.defined:
            return False
        self._settle(name, module)
        for index in read.defined[name]:
            if index not in self.kept[module]:
                self.kept[module].add(index)
                self._refuse_nested_imports(read, index)
                for used in sorted(used_names(read.statements[index])):
                    self.need(module, used)
        return True

    def _read(self, module: str) -> SourceModule:
        if module not in self.modules:
            self.modules[module] = read_module(module)
            self.kept[module], self.renamed[module], self.needs[module] = set(), {}, set()
        return self.modules[module]

    def _need_imported(self, read: SourceModule, name: str) -> None:
        origin = read.imported[name]
        if origin.module == "__future__":
            return
        if origin.module.partition(".")[0] not in self.own:
            self._check_library(origin.module)
            if self.imports.setdefault(name, origin) != origin:
                raise UsageError(self._clash(name, self.imports[name].module, origin.module))
            return
        if not origin.name or not self.need(origin.module, origin.name):
            raise UsageError(
                f"The source of {self.network} cannot be collected: {read.name} imports the "
                f"module {origin.module} as a whole. Import from it what is used, by name."
            )
        self.needs[read.name].add(origin.module)
        if name != origin.name:
            self._settle(name, read.name)
            self.renamed[read.name][name] = origin.name

    def _settle(self, name: str, module: str) -> None:
        """Let a name belong to one module, since all of them become one."""
        if self.homes.setdefault(name, module) != module:
            raise UsageError(self._clash(name, self.homes[name], module))

    def _clash(self, name: str, first: str, second: str) -> str:
        return (
            f"The source of {self.network} cannot be collected into one file: {first} and "
            f'{second} use the name "{name}" for different things. Rename one.'
        )

    def _check_library(self, module: str) -> None:
        if module.partition(".")[0] not in AT_HAND:
            raise UsageError(
                f"The network {self.network} needs the library {module.partition('.')[0]}, which "
                "those who run bundles may not have: write it with PyTorch alone."
            )

    def _refuse_nested_imports(self, read: SourceModule, index: int) -> None:
        for origin in nested_imports(read.statements[index], read.package):
            if origin.module.partition(".")[0] in self.own:
                raise UsageError(
                    f"The source of {self.network} cannot be collected: {read.name} imports "
                    f"{origin.module} within a function. Import it at the top of the module."
                )
            self._check_library(origin.module)

    def source(self) -> str:
        """Return the one file: imports, then the statements, those of used modules first."""
        try:
            needs = {module: sorted(needed) for module, needed in sorted(self.needs.items())}
            order = list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            raise UsageError(
                f"The source of {self.network} cannot be collected: its modules "
                f"{', '.join(error.args[1])} import each other in a circle."
            ) from None
        imports = sorted(map(_import_line, self.imports, self.imports.values()))
        parts = [part for module in order for part in self._parts(module)]
        header = HEADER.format(name=self.network, modules=", ".join(order))
        return header + "\n\n\n".join(["\n".join(imports), *parts]) + "\n"

    def _parts(self, module: str) -> list[str]:
        names = [f"{new} = {old}" for new, old in self.renamed[module].items()]
        return [*names, *(self.modules[module].text(i) for i in sorted(self.kept[module]))]


def _import_line(name: str, origin: Origin) -> str:
    if origin.name:
        given = origin.name if name == origin.name else f"{origin.name} as {name}"
        return f"from {origin.module} import {given}"
    return (
        f"import {origin.module}" if name == origin.module else f"import {origin.module} as {name}"
    )
