"""The reference model in Pyomo: the same rows written as constraints, compiled once to a matrix.

The published answer is solved on what Pyomo compiles; sweeps use `model.assemble`, which a test holds equal to it.
"""

from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from .model import Model, gather, scale_of
from .problem import Aux, Objective, Part, Problem, Row


def pyomo_model(problem: Problem, parts: Sequence[Part], objectives: Sequence[Objective]) -> pyo.ConcreteModel:
    """A ConcreteModel with binary `choose[i]`, helping variables `help[j]` and one constraint per row that has a column.

    Pyomo takes no constraint without variables; such rows are kept aside by `compile_with_pyomo`.
    """
    rows, variables = gather(problem, parts, objectives)
    return _written(problem, list(rows), [scale_of(row) for row in rows], variables)


def _written(problem: Problem, rows: Sequence[Row], scales: Sequence[float], variables: list[Aux]) -> pyo.ConcreteModel:
    """`pyomo_model` of rows that are made already: making thousands of them takes as long as Pyomo does."""
    model = pyo.ConcreteModel(name=problem.resolved.id)
    model.choose = pyo.Var(range(problem.size), domain=pyo.Binary)
    model.help = pyo.Var(range(len(variables)), domain=pyo.Reals)
    where = {}
    for j, variable in enumerate(variables):
        where[variable.name] = model.help[j]
        model.help[j].setlb(variable.lower)
        model.help[j].setub(None if np.isinf(variable.upper) else variable.upper)
        if variable.integer:
            model.help[j].domain = pyo.Integers
    model.row = pyo.ConstraintList()
    choose = [model.choose[i] for i in range(problem.size)]
    for row, scale in zip(rows, scales, strict=True):
        if not _has_columns(row):
            continue
        terms = [choose[i] for i in row.columns.tolist()] + [where[name] for name in row.aux]
        coefficients = [*(row.values * scale).tolist(), *(value * scale for value in row.aux.values())]
        body = LinearExpression(constant=0, linear_coefs=coefficients, linear_vars=terms)
        least, most = row.limits
        lower = None if np.isinf(least) else least * scale
        upper = None if np.isinf(most) else most * scale
        model.row.add(body == lower if lower == upper else (lower, body, upper))
    # The solver is handed one objective per stage; the model itself carries none of them.
    model.none = pyo.Objective(expr=0 * model.choose[0])
    return model


def compile_with_pyomo(problem: Problem, parts: Sequence[Part], objectives: Sequence[Objective]) -> Model:
    """Compile the Pyomo model to a `Model`, columns and rows put back in the order of `gather`.

    Pyomo's compiler drops unused columns and orders rows and columns its own way; a constraint with two different
    bounds becomes two rows, which are joined again here.
    """
    joined_rows, variables = gather(problem, parts, objectives)
    rows = list(joined_rows)
    scales = [scale_of(row) for row in rows]
    model = _written(problem, rows, scales, variables)
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    position = {id(model.choose[i]): i for i in range(problem.size)}
    position |= {id(model.help[j]): problem.size + j for j in range(len(variables))}
    matrix = sparse.coo_matrix(form.A)
    columns = np.array([position[id(variable)] for variable in form.columns])[matrix.col]
    written = np.array([i for i, row in enumerate(rows) if _has_columns(row)], np.int64)
    numbers = written[[_number(row.constraint.name) for row in form.rows]]
    kinds = np.array([row.bound_type for row in form.rows])
    lower, upper = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    for i in set(range(len(rows))) - set(written.tolist()):
        lower[i], upper[i] = rows[i].limits
    at_most, at_least = kinds != -1, kinds != 1
    limits = np.asarray(form.rhs, np.float64)
    upper[numbers[at_most]] = limits[at_most]
    lower[numbers[at_least]] = limits[at_least]
    # Of the two rows of a two-sided constraint only one may enter the matrix.
    first = np.zeros(len(numbers), bool)
    first[np.unique(numbers, return_index=True)[1]] = True
    keep = first[matrix.row]
    shape = (len(rows), problem.size + len(variables))
    joined = sparse.csr_matrix((matrix.data[keep], (numbers[matrix.row[keep]], columns[keep])), shape=shape)
    return Model(problem, joined_rows, tuple(variables), joined, lower, upper, np.array(scales))


def _has_columns(row: Row) -> bool:
    return len(row.columns) + len(row.aux) > 0


def _number(name: str) -> int:
    """Zero-based position of a member of a ConstraintList: `row[1]` -> 0."""
    return int(name[name.index("[") + 1 : -1]) - 1
