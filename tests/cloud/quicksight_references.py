"""Whether everything in the assets that names something names something that is there, and fits what it is named for.

It walks requests as the API takes them. What it finds is a list of sentences; an empty one is what a test wants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cloud.quicksight_expressions import expression, is_aggregate, narrative

COLUMNS_OF_GRID = 36
NUMBERS = {"INTEGER", "DECIMAL"}
Tree = Any


def walk(tree: Tree) -> Iterator[tuple[str, Tree]]:
    """Each member of each mapping, at any depth."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield key, value
            yield from walk(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from walk(value)


def found(tree: Tree, name: str) -> list[Tree]:
    return [value for key, value in walk(tree) if key == name]


@dataclass
class DataSet:
    """What a data set offers to a dashboard."""

    problems: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)


def data_set(request: Tree, booleans: set[str]) -> DataSet:
    """Its columns after all joins and transformations, and what is wrong on the way there."""
    answer = DataSet()
    physical = request["PhysicalTableMap"]
    logical = request["LogicalTableMap"]
    sides = [
        join[side]
        for join in found(logical, "JoinInstruction")
        for side in ("LeftOperand", "RightOperand")
        if side in join
    ]
    answer.problems += [f"join: {name} is used twice" for name, times in Counter(sides).items() if times > 1]
    roots = [name for name in logical if name not in sides]
    if len(roots) != 1:
        answer.problems.append(f"{len(roots)} logical tables that nobody joins: {', '.join(roots)}")
        return answer
    sources = [source.get("PhysicalTableId") for source in found(logical, "Source")]
    answer.problems += [f"physical table {name} is not used" for name in physical if name not in sources]
    answer.columns = _columns(roots[0], logical, physical, booleans, answer.problems, frozenset())
    return answer


def _columns(
    name: str, logical: Tree, physical: Tree, booleans: set[str], problems: list[str], above: frozenset[str]
) -> dict[str, str]:
    if name not in logical or name in above:
        problems.append(f"there is no logical table {name}" if name not in logical else f"{name} joins itself")
        return {}
    source = logical[name]["Source"]
    if "PhysicalTableId" in source:
        table = physical.get(source["PhysicalTableId"])
        if table is None:
            problems.append(f"{name}: there is no physical table {source['PhysicalTableId']}")
            return {}
        columns = {column["Name"]: column["Type"] for column in next(iter(table.values())).get("Columns", [])}
    else:
        columns = _joined(name, source["JoinInstruction"], logical, physical, booleans, problems, above | {name})
    for transform in logical[name].get("DataTransforms", []):
        columns = _transformed(name, transform, columns, booleans, problems)
    return columns


def _joined(
    name: str, join: Tree, logical: Tree, physical: Tree, booleans: set[str], problems: list[str], above: frozenset[str]
) -> dict[str, str]:
    left, right = (
        _columns(join.get(side, ""), logical, physical, booleans, problems, above)
        for side in ("LeftOperand", "RightOperand")
    )
    if join.get("Type") != "LEFT":
        problems.append(f"{name}: a {join.get('Type')} join loses whom the roster does not know")
    problems.extend(f"{name}: both sides have {column}" for column in left.keys() & right.keys())
    clause = str(join.get("OnClause", "")).split(" = ")
    if len(clause) != 2 or not all(side.startswith("{") and side.endswith("}") for side in clause):
        problems.append(f"{name}: cannot read {join.get('OnClause')!r}")
    else:
        for side, text in ((left, clause[0]), (right, clause[1])):
            if text[1:-1] not in side:
                problems.append(f"{name}: {text} is not on its side of the join")
        kinds = {side.get(text[1:-1]) for side, text in ((left, clause[0]), (right, clause[1]))}
        if len(kinds) > 1:
            problems.append(f"{name}: a join of {kinds}")
    if join.get("RightJoinKeyProperties") != {"UniqueKey": True}:
        problems.append(f"{name}: the roster's key is unique, and not said to be")
    return {**left, **right}


def _transformed(
    name: str, transform: Tree, columns: dict[str, str], booleans: set[str], problems: list[str]
) -> dict[str, str]:
    """The columns after one transformation."""
    ((kind, operation),) = transform.items()
    named = operation.get("ColumnName")
    if named is not None and named not in columns:
        problems.append(f"{name}: {kind} of {named}, which is not there")
        return columns
    match kind:
        case "CastColumnTypeOperation":
            if operation["NewColumnType"] == "DATETIME" and operation.get("Format") != "yyyy-MM-dd":
                problems.append(f"{name}: days are written YYYY-MM-DD, not {operation.get('Format')}")
            return {**columns, named: operation["NewColumnType"]}
        case "RenameColumnOperation":
            if operation["NewColumnName"] in columns:
                problems.append(f"{name}: {operation['NewColumnName']} is there already")
            return {operation["NewColumnName"] if key == named else key: value for key, value in columns.items()}
        case "CreateColumnsOperation":
            return {**columns, **_created(name, operation["Columns"], columns, booleans, problems)}
        case "ProjectOperation":
            kept = operation["ProjectedColumns"]
            problems.extend(f"{name}: {column} is projected, and not there" for column in kept if column not in columns)
            problems.extend(f"{name}: {column} is projected twice" for column in kept if kept.count(column) > 1)
            return {column: columns[column] for column in kept if column in columns}
    problems.append(f"{name}: the transformation {kind} is not known here")
    return columns


def _created(
    name: str, created: Tree, columns: dict[str, str], booleans: set[str], problems: list[str]
) -> dict[str, str]:
    """Columns that are computed row by row; those of one operation do not see each other."""
    made: dict[str, str] = {}
    for column in created:
        if column["ColumnName"] in {*columns, *made}:
            problems.append(f"{name}: {column['ColumnName']} is there already")
        problems += expression(column["Expression"], columns, booleans)
        if is_aggregate(column["Expression"], {}):
            problems.append(f"{name}: {column['ColumnName']} counts, which only an analysis can")
        made[column["ColumnName"]] = "STRING"
    return made


@dataclass
class Definition:
    """A dashboard's definition, with the columns that it can use."""

    tree: Tree
    columns: dict[str, str]
    booleans: set[str]
    measures: dict[str, bool] = field(default_factory=dict)
    """Calculated field -> whether it is aggregated."""

    def problems(self) -> Iterator[str]:
        yield from self.calculated()
        declared = {item["Identifier"] for item in self.tree["DataSetIdentifierDeclarations"]}
        for name in [str(item) for item in found(self.tree, "DataSetIdentifier")]:
            if name not in declared:
                yield f"there is no data set {name}"
        for column in found(self.tree, "Column"):
            if isinstance(column, Mapping) and column.get("ColumnName") not in self.columns:
                yield f"there is no column {column.get('ColumnName')}"
            if isinstance(column, Mapping) and "DataSetIdentifier" not in column:
                yield f"column {column.get('ColumnName')} of no data set"
        yield from self.parameters()
        for identity in (
            "VisualId",
            "FilterId",
            "FilterGroupId",
            "ParameterControlId",
            "FilterControlId",
            "ComputationId",
        ):
            for name, times in Counter(map(str, found(self.tree, identity))).items():
                if times > 1:
                    yield f"{identity} {name} is there {times} times"
        for sheet in self.tree["Sheets"]:
            yield from self.sheet(sheet)
        yield from self.filters()

    def calculated(self) -> Iterator[str]:
        for calculated in self.tree.get("CalculatedFields", []):
            yield from expression(calculated["Expression"], self.columns, self.booleans)
            self.measures[calculated["Name"]] = is_aggregate(calculated["Expression"], self.measures)
            if calculated["Name"] in self.columns:
                yield f"calculated field {calculated['Name']} is there already"
            self.columns[calculated["Name"]] = "DECIMAL"

    def parameters(self) -> Iterator[str]:
        declarations = {
            item["Name"]: kind
            for declaration in self.tree.get("ParameterDeclarations", [])
            for kind, item in declaration.items()
        }
        used = [
            *found(self.tree, "Parameter"),
            *found(self.tree, "SourceParameterName"),
            *found(self.tree, "ParameterName"),
        ]
        for name in used:
            if isinstance(name, str) and name not in declarations:
                yield f"there is no parameter {name}"
        for name in set(declarations) - {str(each) for each in found(self.tree["FilterGroups"], "Parameter")}:
            yield f"parameter {name} changes nothing"
        for name in {name for each in self.tree.get("ParameterDeclarations", []) for name in _without_default(each)}:
            yield f"parameter {name} begins with nothing"
        for rolling in found(self.tree, "RollingDate"):
            yield from expression(rolling["Expression"], {}, set())

    def sheet(self, sheet: Tree) -> Iterator[str]:
        visuals = {item["VisualId"]: (kind, item) for visual in sheet["Visuals"] for kind, item in visual.items()}
        for name, (kind, item) in visuals.items():
            yield from (f"{name}: {text}" for text in self.visual(kind, item))
        elements = sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]
        yield from _grid(elements, set(visuals))
        controls = {str(name) for key in ("ParameterControlId", "FilterControlId") for name in found(sheet, key)}
        laid = [str(name) for layout in sheet.get("SheetControlLayouts", []) for name in found(layout, "ElementId")]
        yield from (f"control {name} has no place" for name in controls - set(laid))
        yield from (f"a place for {name}, which is not there" for name in laid if name not in controls)
        kinds = {
            element["ElementId"]: element["ElementType"]
            for layout in sheet.get("SheetControlLayouts", [])
            for element in found(layout, "Elements")[0]
        }
        for key, kind in (("ParameterControlId", "PARAMETER_CONTROL"), ("FilterControlId", "FILTER_CONTROL")):
            for name in found(sheet, key):
                if kinds.get(name, kind) != kind:
                    yield f"{name} is laid out as {kinds[name]}"
        filters = set(map(str, found(self.tree["FilterGroups"], "FilterId")))
        for name in found(sheet, "SourceFilterId"):
            if name not in filters:
                yield f"there is no filter {name}"

    def visual(self, kind: str, item: Tree) -> Iterator[str]:
        configuration = item.get("InsightConfiguration") or item.get("ChartConfiguration") or {}
        wells = self.fields(configuration)
        yield from _told(kind, item)
        identities = [str(name) for name in found(wells_of(configuration), "FieldId")]
        yield from (f"field {name} is there {times} times" for name, times in Counter(identities).items() if times > 1)
        if not identities:
            yield "no field"
        yield from self.kinds(configuration)
        places = [
            configuration.get(part, {}) for part in ("SortConfiguration", "Series", "VisualPalette", "FieldOptions")
        ]
        named = found([item.get("ConditionalFormatting", {}), *places], "FieldId")
        yield from (f"there is no field {name}" for name in named if name not in wells)
        yield from _formatting(item, wells)
        if kind == "InsightVisual":
            yield from _insight(configuration)

    def fields(self, configuration: Tree) -> dict[str, str]:
        """FieldId -> column."""
        return {
            str(field_["FieldId"]): str(field_["Column"].get("ColumnName"))
            for _, field_ in walk(wells_of(configuration))
            if isinstance(field_, Mapping) and "FieldId" in field_ and "Column" in field_
        }

    def kinds(self, configuration: Tree) -> Iterator[str]:
        """Fields are of the kind that their column is of, and aggregated once."""
        for name, field_ in walk(wells_of(configuration)):
            if not (name.endswith("Field") and isinstance(field_, Mapping) and "Column" in field_):
                continue
            column = str(field_["Column"].get("ColumnName"))
            kind = self.columns.get(column, "")
            wanted = {
                "CategoricalDimensionField": {"STRING"},
                "DateDimensionField": {"DATETIME"},
                "NumericalMeasureField": NUMBERS,
            }
            if kind and kind not in wanted.get(name, {kind}):
                yield f"{column} is {kind}, and used as {name}"
            if name == "DateDimensionField" and "DateGranularity" not in field_:
                yield f"{column} of no granularity"
            if name == "NumericalMeasureField" and self.measures.get(column, False) == (
                "AggregationFunction" in field_
            ):
                yield f"{column} is aggregated {'twice' if self.measures.get(column) else 'never'}"

    def filters(self) -> Iterator[str]:
        sheets = {sheet["SheetId"]: set(map(str, found(sheet["Visuals"], "VisualId"))) for sheet in self.tree["Sheets"]}
        kinds = {"TimeRangeFilter": {"DATETIME"}, "CategoryFilter": {"STRING"}, "NumericRangeFilter": NUMBERS}
        for group in self.tree["FilterGroups"]:
            for scope in (
                found(group, "SheetVisualScopingConfigurations")[0]
                if found(group, "SheetVisualScopingConfigurations")
                else []
            ):
                visuals = sheets.get(scope["SheetId"])
                if visuals is None:
                    yield f"{group['FilterGroupId']}: there is no sheet {scope['SheetId']}"
                    continue
                yield from (
                    f"there is no visual {name} to filter" for name in scope.get("VisualIds", []) if name not in visuals
                )
                if (scope["Scope"] == "SELECTED_VISUALS") != bool(scope.get("VisualIds")):
                    yield f"{group['FilterGroupId']}: {scope['Scope']} with {len(scope.get('VisualIds', []))} visuals"
            for filter_ in group["Filters"]:
                for kind, item in filter_.items():
                    column = item["Column"]["ColumnName"]
                    if self.columns.get(column, "") not in kinds.get(kind, {self.columns.get(column, "")}):
                        yield f"{kind} of {column}, which is {self.columns.get(column)}"
                    yield from _ends(kind, column, item)
                    values = [value for listed in found(item, "CategoryValues") for value in listed]
                    if column in self.booleans and set(values) - {"true", "false"}:
                        yield f"{column} is filtered by {values}"


def wells_of(configuration: Tree) -> Tree:
    """Where the fields of a visual are."""
    return configuration.get("FieldWells") or configuration.get("Computations") or {}


def _formatting(item: Tree, wells: Mapping[str, str]) -> Iterator[str]:
    """Conditional formats compare the column that they are of, and gradients rise."""
    for option in item.get("ConditionalFormatting", {}).get("ConditionalFormattingOptions", []):
        column = wells.get(option.get("Cell", {}).get("FieldId"), "")
        for text in found(option, "Expression"):
            yield from expression(text, {column: "DECIMAL"}, set())
        for stops in found(option, "Stops"):
            for key in ("GradientOffset", "DataValue"):
                values = [stop.get(key, 0) for stop in stops]
                if values != sorted(set(values)):
                    yield f"a gradient whose {key} does not rise"
            if [stops[0]["GradientOffset"], stops[-1]["GradientOffset"]] != [0, 100]:
                yield "a gradient that does not go from 0 to 100"


def _without_default(declaration: Tree) -> Iterator[str]:
    yield from (item["Name"] for item in declaration.values() if not item.get("DefaultValues"))


def _told(kind: str, item: Tree) -> Iterator[str]:
    """A visual has a title, and a sentence for those who cannot see it; what is asked of each kind is there."""
    if not item.get("Title", {}).get("FormatText", {}).get("PlainText") or not item.get("VisualContentAltText"):
        yield "no title, or nothing for a screen reader"
    if kind == "InsightVisual" and "DataSetIdentifier" not in item:
        yield "an insight of no data set"
    if kind == "PivotTableVisual" and not (found(item, "Gradient") and found(item, "Icon")):
        yield "a pivot table without colours or without marks"
    if kind == "LineChartVisual" and not found(item, "PeriodsForward"):
        yield "a line chart without a forecast"


NEEDS = {
    "TopBottomRanked": ("Category", "Value"), "TopBottomMovers": ("Time", "Category", "Value"),
    "PeriodOverPeriod": ("Time", "Value"), "MaximumMinimum": ("Time", "Value"), "TotalAggregation": ("Value",),
}  # fmt: skip
"""What a computation is made of, though the model has it all optional."""


def _insight(configuration: Tree) -> Iterator[str]:
    pairs = [(name, inner) for each in configuration["Computations"] for name, inner in each.items()]
    computations = {str(inner.get("Name", "")): name for name, inner in pairs}
    if len(computations) != len(pairs):
        yield "two computations of one name"
    yield from narrative(configuration["CustomNarrative"]["Narrative"], computations)
    for name, inner in pairs:
        yield from (f"{name} without {need}" for need in NEEDS.get(name, ()) if need not in inner)


def _ends(kind: str, column: str, item: Tree) -> Iterator[str]:
    """A filter filters, and a range has both ends in it."""
    if kind == "CategoryFilter" and not found(item, "CategoryValues") and not found(item, "SelectAllOptions"):
        yield f"{column} is filtered by nothing"
    if kind == "TimeRangeFilter" and not (item.get("IncludeMinimum") and item.get("IncludeMaximum")):
        yield f"{column}: the first or the last day is left out"
    if kind == "NumericRangeFilter" and not item.get("IncludeMinimum"):
        yield f"{column}: the least is left out"


def _grid(elements: list[Tree], visuals: set[str]) -> Iterator[str]:
    """Each visual has one place on the grid, and no two share a cell."""
    names = [element["ElementId"] for element in elements]
    yield from (f"visual {name} has no place" for name in visuals - set(names))
    yield from (f"a place for {name}, which is not there" for name in names if name not in visuals)
    yield from (f"{name} has {times} places" for name, times in Counter(names).items() if times > 1)
    taken: dict[tuple[int, int], str] = {}
    yield from (
        f"{element['ElementId']} lies somewhere"
        for element in elements
        if not {"ColumnIndex", "RowIndex"} <= set(element)
    )
    for element in elements:
        left, top = element.get("ColumnIndex", 0), element.get("RowIndex", 0)
        if left + element["ColumnSpan"] > COLUMNS_OF_GRID:
            yield f"{element['ElementId']} reaches beyond the grid"
        for column in range(left, left + element["ColumnSpan"]):
            for row in range(top, top + element["RowSpan"]):
                other = taken.setdefault((column, row), element["ElementId"])
                if other != element["ElementId"]:
                    yield f"{element['ElementId']} covers {other}"
                    return
