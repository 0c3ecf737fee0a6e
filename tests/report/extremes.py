"""A large report, and one that carries the same text in every place."""

from __future__ import annotations

from datetime import date

from landscape import AS_OF, findings

from crmaudit.report import blocks as b
from crmaudit.report import specs as s


def _t(text: str) -> tuple[b.Inline, ...]:
    return (b.Text(text),)


def large(n: int = 200, count: int = 1000) -> b.Document:
    """A report with an n × n matrix, more than half full, and many findings."""
    states = ("proven", "declared", "declared", "unexpected", "missing")
    cells = tuple(
        b.MatrixCell(
            r,
            c,
            tuple(
                b.Letter(x, states[(r * 7 + c * 3 + k) % 5])
                for k, x in enumerate("CRUD")
                if (r * c + k) % 3
            ),
        )  # type: ignore[arg-type]
        for r in range(n)
        for c in range(n)
        if (r * 31 + c * 17) % 5 < 3
    )
    made = b.Matrix(
        "big",
        f"{n} entities by {n} systems",
        tuple(b.MatrixLabel(f"e{i}", f"Entity number {i}", f"Domain {i // 20}") for i in range(n)),
        tuple(b.MatrixLabel(f"s{i}", f"System number {i}", f"Unit {i // 25}") for i in range(n)),
        cells,
    )
    return b.Document(
        "A large landscape",
        b.Meta("Aldermoor Group", AS_OF, tool_version="0.1.0"),
        (
            b.Section("matrix", "Matrix", (made,), landscape=True),
            b.Section("findings", "Findings", (findings(count),), landscape=True),
        ),
    )


def hostile(text: str) -> b.Document:
    """The same text in every place."""
    inline: tuple[b.Inline, ...] = (
        b.Text(text),
        b.Strong(_t(text)),
        b.Emph(_t(text)),
        b.Code(text),
        b.Link(_t(text), "https://example.org/?q=" + text),
        b.LineBreak(),
        b.EvidenceRef((text,)),
        b.SeverityMark("high"),
    )
    para = b.Paragraph(inline)
    label = b.MatrixLabel(text, text, text, (b.MatrixIssue(text, text, "high"),))
    table = b.Table(
        text,
        text,
        (
            b.Column(text, "text", filter=True, unit=text),
            b.Column(text, "id"),
            b.Column(text, "bar"),
            b.Column(text, "number"),
        ),
        (
            (
                b.Cell(text, text, (text,), href="#" + text),
                b.Cell(text, text),
                b.Cell(text, 0.5),
                b.Cell(text, float("nan")),
            ),
            (
                b.Cell(text, state="not_assessed", reason=text),
                b.Cell(text, state="none"),
                b.Cell(text, inlines=inline),
                b.Cell(text, 3),
            ),
        ),
        text,
        True,
    )
    day = date(2026, 1, 1)
    figures: tuple[s.FigureSpec, ...] = (
        s.Bars(
            (s.Bar(text, 0.5, text), s.Bar(text, None, ""), s.Bar(text, float("nan"), text)),
            label_name=text,
            value_name=text,
            target=0.4,
            target_text=text,
        ),
        s.Stacked(
            (text, text),
            (
                s.Stack(text, (1, 2), (text, text), text, True),
                s.Stack(text, (0, 0), ("", "")),
                s.Stack(text, (float("nan"), 1), (text, text)),
            ),
            total_name=text,
            open_text=text,
        ),
        s.Dumbbell(
            (s.Pair(text, 1, 2, text, text), s.Pair(text, 50, None, text)),
            said_name=text,
            measured_name=text,
        ),
        s.Timeline(
            (
                s.Task(text, text, day, AS_OF, text, (text,), text),
                s.Task("b", text, AS_OF, AS_OF, text, (text,)),
            ),
            AS_OF,
            text,
        ),
        s.Bubbles(
            (
                s.Bubble(text, 0.5, 0.5, 3),
                s.Bubble(text, 0.5, 0.5, float("nan")),
                s.Bubble(text, 0, 1, 1, True, text, (0, 1), (0, 1), True, True, text, text),
            ),
            text,
            text,
            quadrants=(text,) * 4,
            sizes=((3, text),),
            range_text=text,
            hollow_text=text,
            unsure_text=text,
            mark_text=text,
        ),
        s.Heat((text,), (text, text), ((s.HeatCell(0.4, text), s.HeatCell(None)),)),
        s.Lifelines(
            (
                s.Life(
                    text,
                    (s.Stretch("phase-in", None, day), s.Stretch("active", day, None)),
                    (s.DayMark("support", date(1999, 1, 1), True), s.DayMark("contract", AS_OF)),
                    text,
                ),
                s.Life(text, (), (s.DayMark("own end", date(2200, 1, 1)),)),
            ),
            day,
            AS_OF,
            AS_OF,
            text,
            text,
            text,
        ),
        s.SkillMap(
            (s.SkillHolder(text, text), s.SkillHolder(text)),
            (
                s.SkillRow(text, text, 3, (4, None), "single", text, 2),
                s.SkillRow(text, text, 3, (1, 2), "gap", text),
                s.SkillRow(text, text, 0, (None, None), "unknown", text),
            ),
        ),
        s.Network(
            (s.Node(text, text, text), s.Node("b", text), s.Node("c", text)),
            (s.Edge(text, "b", text), s.Edge("b", text, text)),
        ),
        s.Lines((s.Series(text, ((day, 1), (AS_OF, 2)), text, day, text),)),
        s.Panels(
            (
                s.Panel(text, "months", (s.Bar(text, 3, text, True), s.Bar("b", 0, text)), text),
                s.Panel(text, "range", (s.Bar(text, 1, text),) * 30, text, text, text),
                s.Panel(text, "values", (s.Bar(text, 9, text),) * 9, note=text),
                s.Panel(text, "range", ()),
            ),
            text,
        ),
        s.Missingness(
            (s.Bar(text, 0.4, text), s.Bar("b", None, "")),
            (s.EmptyPattern((0,), 0.5, text), s.EmptyPattern((), 0.5, text)),
        ),
        s.Web(
            (
                s.WebNode(text, text, "system", 60, 20, 80, 24, True, text),
                s.WebNode("b", text, "entity", 60, 20, 80, 24),
                s.WebNode("c", text, "entity", 600, 90, 40, 24),
            ),
            (
                s.WebEdge(text, "b", "alarm", True, True, text, (text, "x|y")),
                s.WebEdge("b", text, "told", arrow=True),
                s.WebEdge("c", "nobody", "firm"),
                s.WebEdge("c", "c", "faint"),
            ),
            720,
            120,
            (("firm", text), ("alarm", text), ("told", text)),
            text,
            text,
            text,
        ),
        s.BoxMap(
            (text, "b"),
            (text,),
            (s.BoxCell(0, 0, text, True), s.BoxCell(1, 0, "R", outside=True)),
            (s.MapBox(text, (0, 0), (0, 0)),),
            text,
            text,
            text,
        ),
        s.BoxMap((), (), (), ()),
        s.Ranges(
            (
                s.RangeRow(text, 3, 1, 8, text, text, True),
                s.RangeRow(text, None),
                s.RangeRow(text, 0, 0, 0, text, text),
            ),
            label_name=text,
        ),
        s.UpSet(
            (text, "b", "c"),
            (text, "", text),
            (s.Combination((0, 2), 9, text, True), s.Combination((1,), 0, text)),
            text,
        ),
        s.UpSet((), (), ()),
        s.Waterfall(
            s.Push(text, -12, text),
            (s.Push(text, 20, text, text), s.Push("b", -3, text)),
            s.Push(text, 5, text),
            2,
            text,
        ),
        s.Weights(
            (s.WeightBin(-20, -10, 100_000, 0.1), s.WeightBin(10, 20, 30, 29)), 3, -2, text, text
        ),
        s.Weights(()),
        s.Radar(
            (s.Spoke(text, 5, 0, 5), s.Spoke("b", None, 3, 4), s.Spoke("c", 0), s.Spoke(text, 2))
        ),
        s.Radar(()),
        s.Concentration(((0.1, 0.9), (1.0, 1.0)), text, text, ((0.1, 0.9, text), (1, 1, "all"))),
        s.Concentration(()),
        s.Diagram(
            (s.Box(text, text, text), s.Box("b", "b"), s.Box("c", text, hollow=True)),
            (
                s.Tie(text, "b", "dashed", text, text, "0..1", "n", True),
                s.Tie("b", text, "dotted"),
                s.Tie("b", "b", label=text),
                s.Tie("b", "nowhere"),
            ),
            *(text,) * 5,
        ),
    )
    return b.Document(
        text,
        b.Meta(
            text,
            AS_OF,
            text,
            "draft",
            text,
            text,
            "en",
            (text,),
            text,
            text,
            (b.Change(text, text, text, text),),
        ),
        (
            b.Section(
                text,
                text,
                (
                    b.Heading(2, inline, text),
                    b.Heading(4, _t(text)),
                    para,
                    b.BulletList(((para,), (para, para))),
                    b.OrderedList(((para,),), 3),
                    b.Quote((para,), text, text),
                    b.Callout("recommendation", text, (para,), (text,)),
                    b.KeyFigures(
                        (
                            b.KeyFigure(text, text, text, b.Trend("up", text, True), (text,)),
                            b.KeyFigure(text, "", state="not_assessed", reason=text),
                        )
                    ),
                    table,
                    b.CodeBlock(text, text),
                    b.DefinitionList((b.Definition(text, (para,)),)),
                    b.Matrix(
                        text,
                        text,
                        (label,),
                        (label,),
                        (
                            b.MatrixCell(
                                0,
                                0,
                                (b.Letter("C"), b.Letter(text, "unknown")),
                                text,
                                (text,),
                                (b.MatrixProof("CR", "observed", "yes", text, (text,)),),
                            ),
                        ),
                        text,
                        text,
                        text,
                        (b.MatrixOrder(text, (0,), (0,)),),
                        (b.MatrixPart(text, (0,), (0,)),),
                    ),
                ),
            ),
            b.Section(
                "figures",
                text,
                tuple(
                    b.Figure(f"f{n}", text, f, text, text, (text,)) for n, f in enumerate(figures)
                ),
                2,
                True,
            ),
        ),
        text,
        (b.Evidence(text, text, text, text, text, 5, text, text),),
    )
