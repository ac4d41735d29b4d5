"""One function of the law with all that it calls put into it, in MicroPython's viper.

See `scripts/board_law.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

OPERATORS: Final[dict[type[ast.operator], tuple[str, Callable[[int, int], int]]]] = {
    ast.Add: ("+", lambda a, b: a + b),
    ast.Sub: ("-", lambda a, b: a - b),
    ast.Mult: ("*", lambda a, b: a * b),
    ast.FloorDiv: ("//", lambda a, b: a // b),
    ast.Mod: ("%", lambda a, b: a % b),
    ast.LShift: ("<<", lambda a, b: a << b),
    ast.RShift: (">>", lambda a, b: a >> b),
    ast.BitAnd: ("&", lambda a, b: a & b),
    ast.BitOr: ("|", lambda a, b: a | b),
    ast.BitXor: ("^", lambda a, b: a ^ b),
}
COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
Names = dict[str, str]
"""What a function's own names are called where its body is put."""


class UnknownFormError(Exception):
    """The law's source has a form that this translation does not know."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}")


def answered(called: ast.FunctionDef) -> ast.expr | None:
    """Return what a function answers if it does nothing else."""
    match [node for node in called.body if not isinstance(node, ast.Expr)]:
        case [ast.Return(value=value)]:
            return value
    return None


def stored(tree: ast.AST) -> list[str]:
    """Return the names that something gives a value to."""
    names = (part for part in ast.walk(tree) if isinstance(part, ast.Name))
    return sorted({name.id for name in names if isinstance(name.ctx, ast.Store)})


def returns(block: Sequence[ast.stmt]) -> bool:
    """Tell whether a block always ends in a return."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ast.If):
        return returns(last.body) and returns(last.orelse)
    return isinstance(last, ast.Return)


class Translation:
    """One function of the law with all that it calls put into it.

    Parameters
    ----------
    known
        Every function of the law.
    values
        Every constant of the law.
    wide
        See `module_text`.
    """

    def __init__(
        self, known: dict[str, ast.FunctionDef], values: dict[str, int], *, wide: bool
    ) -> None:
        self._known = known
        self._values = values
        self._wide = wide
        self._lines: list[str] = []
        self._depth = 1
        self._temporaries = 0
        self._measured: set[str] = set()

    def function(self, node: ast.FunctionDef) -> str:
        """Return the text of one function."""
        names = {name: name for name in stored(node)} | {one.arg: one.arg for one in node.args.args}
        self._block(node.body, names, None)
        head: list[str] = []
        arguments: list[str] = []
        for one in node.args.args:
            assert one.annotation is not None
            whole = ast.unparse(one.annotation) == "int"
            if one.arg in self._measured:
                # Its length is wanted too, which a pointer does not know.
                arguments.append(f"{one.arg}_whole")
                head.append(f"    {one.arg} = ptr32({one.arg}_whole)")
            else:
                arguments.append(f"{one.arg}: {'int' if whole else 'ptr32'}")
        assert node.returns is not None
        answer = " -> int" if ast.unparse(node.returns) == "int" else ""
        first = f"@micropython.viper\ndef {node.name}({', '.join(arguments)}){answer}:"
        return "\n".join([first, *head, *self._lines, ""])

    # Statements.

    def _say(self, line: str) -> None:
        self._lines.append("    " * self._depth + line)

    @contextmanager
    def _inside(self, head: str) -> Iterator[None]:
        self._say(head)
        self._depth += 1
        at = len(self._lines)
        yield
        if len(self._lines) == at:
            self._say("pass")
        self._depth -= 1

    def _block(self, block: Sequence[ast.stmt], names: Names, answer: str | None) -> None:
        """Put a block; `answer` is the name that takes what it returns, `None` for a return."""
        for k, node in enumerate(block):
            rest = block[k + 1 :]
            if isinstance(node, ast.If) and rest and (returns(node.body) or returns(node.orelse)):
                # What follows belongs to the way that does not return.
                body, orelse = list(node.body), list(node.orelse)
                (orelse if returns(node.body) else body).extend(rest)
                self._statement(ast.If(node.test, body, orelse), names, answer)
                return
            if rest and any(isinstance(part, ast.Return) for part in ast.walk(node)):
                raise UnknownFormError(node)
            self._statement(node, names, answer)

    def _statement(self, node: ast.stmt, names: Names, answer: str | None) -> None:
        """Put one statement; names that it needed for itself are free again after it."""
        before = self._temporaries
        self._put(node, names, answer)
        self._temporaries = before

    def _put(self, node: ast.stmt, names: Names, answer: str | None) -> None:
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self._call(call, names)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = self._value(value, names)
                self._say(f"{names[name]} = {text}")
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                text = self._value(value, names)
                base, index = self._place(target, names)
                self._say(f"{base}[{index}] = {text}")
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                whole = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                self._say(f"{names[name]} = {self._value(whole, names)}")
            case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
                base, index = self._place(target, names)
                before = self._loaded(base, index)
                before = self._kept(before) if self._works(value) else before
                text = self._value(value, names)
                self._say(f"{base}[{index}] = {self._joined(op, before, text)}")
            case ast.If(test=test, body=body, orelse=orelse):
                self._if(test, body, orelse, names, answer)
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=to)
            ):
                bounds = [self._atom(self._value(bound, names)) for bound in to]
                with self._inside(f"for {names[name]} in range({', '.join(bounds)}):"):
                    self._block(node.body, names, answer)
            case ast.Break():
                self._say("break")
            case ast.Return(value=value) if value is not None:
                text = self._value(value, names)
                self._say(f"return {text}" if answer is None else f"{answer} = {text}")
            case _:
                raise UnknownFormError(node)

    def _if(
        self, test: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], names: Names,
        answer: str | None,
    ) -> None:  # fmt: skip
        with self._inside(f"if {self._condition(test, names)}:"):
            self._block(body, names, answer)
        if orelse:
            with self._inside("else:"):
                self._block(orelse, names, answer)

    # Expressions. Each returns a text; what needs statements is said before it is returned.

    def _works(self, node: ast.AST) -> bool:
        """Tell whether an expression needs statements of its own."""
        forms = (ast.Call, ast.IfExp, ast.BoolOp, ast.Compare, ast.Not)
        return any(isinstance(part, forms) for part in ast.walk(node))

    def _new(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def _kept(self, text: str) -> str:
        """Put a value under a name of its own, so that no later statement changes it."""
        if text.lstrip("-").isdigit():
            return text
        name = self._new()
        self._say(f"{name} = {text}")
        return name

    def _atom(self, text: str) -> str:
        return text if text.isidentifier() else self._kept(text)

    def _loaded(self, base: str, index: str) -> str:
        return f"({base}[{index}] << 32 >> 32)" if self._wide else f"{base}[{index}]"

    def _place(self, node: ast.Subscript, names: Names) -> tuple[str, str]:
        if not isinstance(node.value, ast.Name):
            raise UnknownFormError(node)
        return names[node.value.id], self._value(node.slice, names)

    def _joined(self, op: ast.operator, left: str, right: str) -> str:
        sign, work = OPERATORS[type(op)]
        if right == "0" and sign in "+-":
            return left
        if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
            return str(work(int(left), int(right)))
        return f"({left} {sign} {right})"

    def _value(self, node: ast.expr, names: Names) -> str:
        match node:
            case ast.Constant(value=int(value)):
                return str(int(value))
            case ast.Name(id=name):
                return names[name] if name in names else str(self._values[name])
            case ast.Subscript():
                return self._loaded(*self._place(node, names))
            case ast.BinOp(left=left, op=op, right=right):
                first = self._value(left, names)
                first = self._kept(first) if self._works(right) else first
                return self._joined(op, first, self._value(right, names))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._joined(ast.Sub(), "0", self._value(operand, names))
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                return self._joined(ast.BitXor(), self._value(operand, names), "-1")
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._chosen(test, body, orelse, names)
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return self._chosen(node, ast.Constant(1), ast.Constant(0), names)
            case ast.BoolOp():
                return self._either(node, names)
            case ast.Call():
                return self._call(node, names)
            case _:
                raise UnknownFormError(node)

    def _chosen(self, test: ast.expr, body: ast.expr, orelse: ast.expr, names: Names) -> str:
        name = self._new()
        with self._inside(f"if {self._condition(test, names)}:"):
            self._say(f"{name} = {self._value(body, names)}")
        with self._inside("else:"):
            self._say(f"{name} = {self._value(orelse, names)}")
        return name

    def _either(self, node: ast.BoolOp, names: Names) -> str:
        """Put `and` or `or` as a value: later operands are looked at only if they are asked."""
        name = self._new()
        self._say(f"{name} = {self._value(node.values[0], names)}")
        depth = self._depth
        for value in node.values[1:]:
            self._say(f"if {name}:" if isinstance(node.op, ast.And) else f"if not {name}:")
            self._depth += 1
            self._say(f"{name} = {self._value(value, names)}")
        self._depth = depth
        return name

    def _condition(self, node: ast.expr, names: Names) -> str:
        match node:
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [left, *others]
                texts: list[str] = []
                for k, side in enumerate(sides):
                    text = self._value(side, names)
                    inner = 0 < k < len(ops)
                    later = any(self._works(other) for other in sides[k + 1 :])
                    texts.append(self._kept(text) if inner or later else text)
                return " and ".join(
                    f"{texts[k]} {COMPARISONS[type(op)]} {texts[k + 1]}" for k, op in enumerate(ops)
                )
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"not ({self._condition(operand, names)})"
            case ast.BoolOp(op=op, values=values) if not any(map(self._calls, values)):
                word = " and " if isinstance(op, ast.And) else " or "
                return word.join(f"({self._condition(value, names)})" for value in values)
            case ast.Call(func=ast.Name(id=name)) if name in self._known:
                match answered(self._known[name]):
                    case ast.IfExp(asked, ast.Constant(value=1), ast.Constant(value=0)):
                        bound = self._bound(self._known[name], self._arguments(node, names))
                        return self._condition(asked, bound)
                return self._value(node, names)
            case _:
                return self._value(node, names)

    def _calls(self, node: ast.AST) -> bool:
        """Tell whether an operand has to be worked for, which only happens if it is asked."""
        forms = (ast.Call, ast.IfExp)
        chained = any(isinstance(p, ast.Compare) and len(p.ops) > 1 for p in ast.walk(node))
        return chained or any(isinstance(part, forms) for part in ast.walk(node))

    def _call(self, node: ast.Call, names: Names) -> str:
        """Put the body of what is called here, and return the name of what it answers."""
        if not isinstance(node.func, ast.Name):
            raise UnknownFormError(node)
        name = node.func.id
        if name == "len":
            assert isinstance(node.args[0], ast.Name)
            measured = names[node.args[0].id]
            self._measured.add(measured)
            return f"int(len({measured}_whole))"
        if name in {"max", "min"}:
            return self._extreme(">" if name == "max" else "<", node.args, names)
        called = self._known[name]
        texts = self._arguments(node, names)
        inner = self._bound(called, texts)
        only = answered(called)
        if only is not None:
            return self._value(only, inner)
        answer = self._new()
        self._say(f"# {name}")
        self._block(called.body, inner, answer)
        return answer

    def _arguments(self, node: ast.Call, names: Names) -> list[str]:
        texts: list[str] = []
        for k, value in enumerate(node.args):
            text = self._value(value, names)
            later = any(self._works(other) for other in node.args[k + 1 :])
            texts.append(self._kept(text) if later and not text.isidentifier() else text)
        return texts

    def _bound(self, called: ast.FunctionDef, texts: list[str]) -> Names:
        """Return what the names of a function are called where its body is put."""
        own = stored(called)
        inner = {name: self._new() for name in own}
        for one, text in zip(called.args.args, texts, strict=True):
            assert one.annotation is not None
            if one.arg in own:
                self._say(f"{inner[one.arg]} = {text}")
            elif ast.unparse(one.annotation) != "int" or text.isidentifier():
                # A caller's own name cannot change while the body runs.
                inner[one.arg] = text
            else:
                inner[one.arg] = self._kept(text)
        return inner

    def _extreme(self, sign: str, values: list[ast.expr], names: Names) -> str:
        name = self._new()
        self._say(f"{name} = {self._value(values[0], names)}")
        for value in values[1:]:
            other = self._kept(self._value(value, names))
            with self._inside(f"if {other} {sign} {name}:"):
                self._say(f"{name} = {other}")
        return name
