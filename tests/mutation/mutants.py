"""The mutants of a module: mutmut's operators, each applied alone to the whole module's source.

mutmut's own runner keeps every mutant beside the original behind a switch that is read at each call. What
runs at import, or once and is then kept (constants, ``lru_cache``), is out of that switch's reach; here a
mutant is a whole module, so these are changed too.
"""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change of one module; ``number`` counts within the module, in the order of mutmut's operators."""

    path: Path
    number: int
    _original: cst.Module
    _mutation: Mutation

    @property
    def module(self) -> str:
        """The dotted name under which the module is imported."""
        return module_name(self.path)

    def code(self) -> str | None:
        """The whole module's source with the change; None where that would not compile or changes nothing."""
        changed = self._original.deep_replace(self._mutation.original_node, self._mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        with contextlib.suppress(SyntaxError):
            compile(changed.code, str(self.path), "exec")
            return None if changed.code == self._original.code else changed.code
        return None

    @property
    def name(self) -> str:
        """``logic/age.py#5``"""
        return f"{'/'.join(self.path.parts[-2:])}#{self.number}"

    def line(self, code: str) -> int:
        """The first line that differs."""
        before, after = self._original.code.splitlines(), code.splitlines()
        pairs = enumerate(zip(before, after, strict=False), start=1)
        return next((n for n, (old, new) in pairs if old != new), len(before))

    def change(self, code: str) -> list[str]:
        """The lines before, marked ``-``, and after, marked ``+``."""
        before, after = self._original.code.splitlines(), code.splitlines()
        lines = difflib.unified_diff(before, after, lineterm="", n=0)
        return [f"{line[0]} {line[1:].strip()}" for line in lines if line[:3] not in ("---", "+++", "@@ ")]


def module_name(path: Path) -> str:
    """``src/sesshu/schedule/logic/age.py`` → ``sesshu.schedule.logic.age``."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources_of(place: Path) -> list[Path]:
    """The modules of a package, or the one module, without their tests; ``ValueError`` if there is none."""
    found = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    kept = [path for path in found if path.is_file() and "tests" not in path.relative_to(ROOT).parts]
    if not kept:
        raise ValueError(f"no module at {place}")
    return kept


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of the module; cheap, for a mutant's code is made only when asked for."""
    module, mutations = _mutations(path.read_text(encoding="utf-8"))
    return [Mutant(path, n, module, mutation) for n, mutation in enumerate(mutations, start=1)]


class _Visitor(MutationVisitor):
    """mutmut's visitor, without the skips that only its switch needs."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        if isinstance(node, cst.SimpleStatementLine) and self._only_names_a_type(node):
            return True
        return super()._skip_node_and_children(node)

    def _only_names_a_type(self, node: cst.SimpleStatementLine) -> bool:
        """``Age = Literal["ok", "early"]``: at run time nothing asks for it."""
        statement = node.body[0]
        if not isinstance(statement, cst.Assign) or not isinstance(statement.targets[0].target, cst.Name):
            return False
        name = statement.targets[0].target.value.lstrip("_")
        return name[:1].isupper() and not name.isupper()


def _mutations(source: str) -> tuple[cst.Module, list[Mutation]]:
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
    return wrapper.visit(visitor), visitor.mutations
