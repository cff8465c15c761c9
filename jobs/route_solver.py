"""The order of an installer's visits by OR-tools' routing solver. Only the runner's process ever loads it.

One vehicle, an open end, windows that may be missed at a price: an order is always proposed, also for a day that
cannot be kept. Deterministic: a first solution, local search to its end, no clock.
"""

from __future__ import annotations

from typing import Any

from domain.route import LATE_WEIGHT, Problem, cost, proven

NAME = "or-tools routing"
FEW = 8
HORIZON_S = 4 * 86_400  # longer than any day can be late


def best_order(problem: Problem) -> tuple[int, ...]:
    """Indices of the visits in the order proposed; as agreed where nothing cheaper is found.

    The search alone is up to a half dearer than the best where windows cannot all be kept; up to `FEW` visits, a
    usual day, going through the rest proves the best order.
    """
    agreed = tuple(range(len(problem.lasts)))
    if len(agreed) < 2:
        return agreed
    found = min(agreed, _searched(problem), key=lambda order: cost(problem, order))
    return proven(problem, found) if len(found) <= FEW else found


def _searched(problem: Problem) -> tuple[int, ...]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # 26 MB and 70 ms, not for web workers

    count = len(problem.lasts)
    end = count + 1  # nowhere: the day ends at the last door
    nodes = pywrapcp.RoutingIndexManager(count + 2, 1, [0], [end])
    routing = pywrapcp.RoutingModel(nodes)
    ways = [[*row, 0] for row in problem.travel] + [[0] * (count + 2)]
    work = (0, *problem.lasts, 0)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(ways))
    elapsed = [[way + lasts for way in row] for row, lasts in zip(ways, work, strict=True)]
    routing.AddDimension(routing.RegisterTransitMatrix(elapsed), HORIZON_S, HORIZON_S, False, "time")
    time = routing.GetDimensionOrDie("time")
    time.SetCumulVarSoftUpperBound(routing.End(0), 0, 1)
    time.CumulVar(routing.Start(0)).SetMin(problem.earliest)
    for index in range(count):
        node = nodes.NodeToIndex(index + 1)
        time.CumulVar(node).SetMin(problem.opens[index])
        time.SetCumulVarSoftUpperBound(node, max(problem.closes[index], problem.opens[index]), LATE_WEIGHT)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    found = routing.SolveWithParameters(parameters)
    return tuple(range(count)) if found is None else _read(routing, nodes, found)


def _read(routing: Any, nodes: Any, found: Any) -> tuple[int, ...]:
    order, at = [], found.Value(routing.NextVar(routing.Start(0)))
    while not routing.IsEnd(at):
        order.append(nodes.IndexToNode(at) - 1)
        at = found.Value(routing.NextVar(at))
    return tuple(order)
