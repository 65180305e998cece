"""What a Python module defines and imports, read from its source without running it."""

from __future__ import annotations

import ast
import importlib
import inspect
from dataclasses import dataclass, field
from importlib.util import resolve_name

from debcr_core.errors import UsageError

Import = ast.Import | ast.ImportFrom
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Origin:
    """Where an imported name is from.

    Attributes
    ----------
    module : str
        The module's full name.
    name : str
        What is taken from it; empty where it is the module itself.
    """

    module: str
    name: str = ""


@dataclass
class SourceModule:
    """A module's source.

    Attributes
    ----------
    name : str
        The module's full name.
    package : str
        The package that its relative imports start from.
    lines : list of str
        Its source.
    statements : list of ast.stmt
        Its top level.
    defined : dict of str to list of int
        For each name, which of the statements bind it.
    imported : dict of str to Origin
        For each imported name, where it is from.
    """

    name: str
    package: str
    lines: list[str]
    statements: list[ast.stmt]
    defined: dict[str, list[int]] = field(default_factory=dict)
    imported: dict[str, Origin] = field(default_factory=dict)

    def text(self, index: int) -> str:
        """Return a statement's source, with the comments above it and the docstring below it."""
        statement = self.statements[index]
        decorators = getattr(statement, "decorator_list", [])
        first = min(node.lineno for node in (statement, *decorators)) - 1
        while first > 0 and self.lines[first - 1].startswith("#"):
            first -= 1
        last = statement
        if isinstance(statement, ast.Assign | ast.AnnAssign) and index + 1 < len(self.statements):
            last = self.statements[index + 1] if self._is_text(index + 1) else statement
        return "\n".join(self.lines[first : last.end_lineno])

    def _is_text(self, index: int) -> bool:
        statement = self.statements[index]
        value = statement.value if isinstance(statement, ast.Expr) else None
        return isinstance(value, ast.Constant) and isinstance(value.value, str)


def read_module(name: str) -> SourceModule:
    """Read a module that can be imported.

    Raises
    ------
    UsageError
        If it has no source, such as one that was typed in or compiled.
    """
    module = importlib.import_module(name)
    try:
        source = inspect.getsource(module)
    except (OSError, TypeError) as error:
        raise UsageError(
            f"The source of the module {name} is not at hand, and a bundle must hold that of its "
            "network: put the network into a Python file."
        ) from error
    package = module.__package__ or ""
    read = SourceModule(name, package, source.splitlines(), ast.parse(source).body)
    for index, statement in enumerate(read.statements):
        if isinstance(statement, Import):
            read.imported.update(imported_names(statement, package))
        else:
            for bound in _bound_names(statement):
                read.defined.setdefault(bound, []).append(index)
    return read


def imported_names(statement: Import, package: str) -> dict[str, Origin]:
    """Return what an import statement binds.

    Parameters
    ----------
    statement : ast.Import or ast.ImportFrom
        The statement.
    package : str
        The package that relative imports start from.
    """
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: Origin(
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
            for alias in statement.names
        }
    module = resolve_name("." * statement.level + (statement.module or ""), package)
    return {alias.asname or alias.name: Origin(module, alias.name) for alias in statement.names}


def used_names(statement: ast.stmt) -> set[str]:
    """Return all names that a statement reads."""
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def nested_imports(statement: ast.stmt, package: str) -> list[Origin]:
    """Return what is imported within functions, classes and branches."""
    return [
        origin
        for node in ast.walk(statement)
        if isinstance(node, Import)
        for origin in imported_names(node, package).values()
    ]


def _bound_names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        return {statement.name}
    # Whatever is imported for type checkers alone is not there when the program runs.
    if isinstance(statement, ast.If) and "TYPE_CHECKING" in used_names(statement):
        return set()
    stored = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    within = {node.name for node in ast.walk(statement) if isinstance(node, Definition)}
    return stored | within
