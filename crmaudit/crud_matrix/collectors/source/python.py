"""Python, by its own parser."""

from __future__ import annotations

import ast
import warnings

from crmaudit.crud_matrix.collectors.source.tree import (
    Call,
    Class,
    Fork,
    Function,
    Give,
    Group,
    Joined,
    Member,
    Name,
    Node,
    Pick,
    Set,
    Text,
)


def parse(data: bytes) -> list[Node]:
    """The module's tree. Raises SyntaxError, ValueError or RecursionError as `ast` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the audited code, which nobody here can mend
        return _block(ast.parse(data).body)


def _block(body: list[ast.stmt]) -> list[Node]:
    return [_statement(s) for s in body]


def _statement(s: ast.stmt) -> Node:
    match s:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            a = s.args
            params = [
                (p.arg, ast.unparse(p.annotation) if p.annotation else "")
                for p in (*a.posonlyargs, *a.args, *a.kwonlyargs)
            ]
            marks = _marks(s.decorator_list)
            static = bool(params) and params[0][0] == "cls"
            return Function(s.name, params, _block(s.body), marks, static)
        case ast.ClassDef():
            bases = [ast.unparse(b) for b in s.bases]
            return Class(s.name, bases, _block(s.body), _marks(s.decorator_list), s.lineno)
        case ast.Assign():
            value = _expression(s.value)
            if len(s.targets) == 1:
                return Set(_expression(s.targets[0]), value)
            return Group([Set(_expression(t), value) for t in s.targets])
        case ast.AnnAssign():
            return Set(
                _expression(s.target),
                _expression(s.value) if s.value else None,
                type=ast.unparse(s.annotation),
            )
        case ast.AugAssign():
            return Set(_expression(s.target), _expression(s.value), isinstance(s.op, ast.Add))
        case ast.Return():
            return Give(_expression(s.value)) if s.value else Group([])
        case ast.If():
            fork = Fork([_block(s.body), _block(s.orelse)], whole=True)
            return Group([_expression(s.test), fork])
        case ast.For() | ast.AsyncFor():
            item = Set(_expression(s.target), Call(_expression(s.iter), "<each>", [], s.lineno))
            return Group([item, Fork([_block(s.body)]), Fork([_block(s.orelse)])])
        case ast.While():
            return Group([_expression(s.test), Fork([_block(s.body)]), Fork([_block(s.orelse)])])
        case ast.With() | ast.AsyncWith():
            opened: list[Node] = []
            for item_ in s.items:
                value = _expression(item_.context_expr)
                into = item_.optional_vars
                opened.append(Set(_expression(into), value) if into else value)
            return Group([*opened, *_block(s.body)])
        case ast.Try() | ast.TryStar():
            handlers = Fork([_block(h.body) for h in s.handlers])
            return Group([*_block(s.body), *_block(s.orelse), handlers, *_block(s.finalbody)])
        case ast.Match():
            return Group([_expression(s.subject), Fork([_block(c.body) for c in s.cases])])
        case ast.Expr():
            return _expression(s.value)
    return Group([_expression(e) for e in ast.iter_child_nodes(s) if isinstance(e, ast.expr)])


def _marks(decorators: list[ast.expr]) -> list[Call]:
    found = (_expression(d) for d in decorators)
    return [d for d in found if isinstance(d, Call)]


def _expression(e: ast.expr) -> Node:
    match e:
        case ast.Constant():
            return Text(e.value, e.lineno) if isinstance(e.value, str) else Group([])
        case ast.JoinedStr():
            return Joined([_expression(v) for v in e.values])
        case ast.FormattedValue():
            return _expression(e.value)
        case ast.BinOp(op=ast.Add()):
            return Joined([_expression(e.left), _expression(e.right)])
        case ast.BinOp(op=ast.Mod()):
            right = e.right.elts if isinstance(e.right, ast.Tuple) else [e.right]
            args = [_expression(e.left), *map(_expression, right)]
            return Call(None, "sprintf", args, e.lineno)
        case ast.Name():
            return Name({"self": "this", "cls": "static"}.get(e.id, e.id))
        case ast.Attribute():
            return Member(_expression(e.value), e.attr)
        case ast.Call():
            args = [_expression(a) for a in e.args]
            named = {k.arg or "**": _expression(k.value) for k in e.keywords}
            if isinstance(e.func, ast.Attribute):
                return Call(_expression(e.func.value), e.func.attr, args, e.lineno, named=named)
            if isinstance(e.func, ast.Name):
                return Call(None, e.func.id, args, e.lineno, named=named)
            return Group([_expression(e.func), *args, *named.values()])
        case ast.IfExp():
            return Group([_expression(e.test), Pick([_expression(e.body), _expression(e.orelse)])])
        case ast.BoolOp():
            return Pick([_expression(v) for v in e.values])
        case ast.NamedExpr():
            return Set(_expression(e.target), _expression(e.value))
        case ast.Await():
            return _expression(e.value)
        case ast.Lambda():
            return Function("", [(a.arg, "") for a in e.args.args], [_expression(e.body)], [])
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            sources = [
                Set(_expression(g.target), Call(_expression(g.iter), "<each>", [], e.lineno))
                for g in e.generators
            ]
            made = (e.key, e.value) if isinstance(e, ast.DictComp) else (e.elt,)
            return Group([*sources, *map(_expression, made)])
    return Group([_expression(c) for c in ast.iter_child_nodes(e) if isinstance(c, ast.expr)])
