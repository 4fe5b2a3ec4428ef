"""The optimiser against every possible plan of small instances, and its checker against planted mistakes."""

import random
from dataclasses import replace
from itertools import product

import pytest

from apps.allocation.optimiser.check import check, value_of
from apps.allocation.optimiser.explain import Change, Marginal, marginal_value, relaxation, why_not
from apps.allocation.optimiser.model import Instance, Limit, Option, Plan, Project, Theme, Unit, Violation
from apps.allocation.optimiser.solve import solve, solve_payload
from apps.core.solver import run_solver

CASES = 200
RESOURCES, QUARTERS, SKILLS = ("technology", "marketing"), ("Q1", "Q2"), ("data",)


def random_instance(seed, scale=1):
    """A head office, two branches and a sub-branch with three to five projects. scale multiplies all money."""
    dice = random.Random(seed)

    def table(rows, columns, most, unlimited=0.0):
        return [
            [None if dice.random() < unlimited else dice.randint(0, most) for _ in range(columns)]
            for _ in range(rows)
        ]

    units = [Unit("bank"), Unit("east", "bank"), Unit("west", "bank"), Unit("harbour", "east")]
    units = [
        replace(
            unit,
            budgets=table(2, 2, 30, unlimited=0.3) if dice.random() < 0.7 else (),
            headcount=table(1, 2, 20, unlimited=0.3) if dice.random() < 0.4 else (),
            carries_over=dice.random() < 0.4,
            floor=scale * dice.randint(1, 8) if dice.random() < 0.2 else 0,
            cap=scale * dice.randint(8, 30) if dice.random() < 0.3 else None,
        )
        for unit in units
    ]
    projects = []
    for n in range(dice.randint(3, 5)):
        options = [
            Option(
                name,
                value=scale * dice.randint(-3, 30) + dice.randint(0, scale - 1),
                money=scale * dice.randint(0, 10) + dice.randint(0, scale - 1),
                needs=table(2, 2, 12) if dice.random() < 0.9 else (),
                people=table(1, 2, 9) if dice.random() < 0.6 else (),
            )
            for name in ("full", "reduced", "pilot")[: dice.randint(1, 3)]
        ]
        projects.append(
            Project(
                f"P{n}",
                dice.choice(units).key,
                options,
                theme=dice.choice((None, "green", "rural")),
                mandatory=dice.random() < 0.1,
            )
        )
    keys = [project.key for project in projects]
    return Instance(
        units=units,
        projects=projects,
        resources=RESOURCES,
        quarters=QUARTERS,
        skills=SKILLS,
        themes=[
            Theme("green", dice.choice((0, 0, 1_500)), dice.choice((10_000, 6_000))),
            Theme("rural", 0, dice.choice((10_000, 10_000, 7_333))),
        ],
        exclusive=[dice.sample(keys, 2)] if dice.random() < 0.4 else [],
        dependencies=[tuple(dice.sample(keys, 2))] if dice.random() < 0.4 else [],
    )


def every_plan(instance):
    choices = [[None, *(option.name for option in project.options)] for project in instance.projects]
    for names in product(*choices):
        yield {
            project.key: name
            for project, name in zip(instance.projects, names, strict=True)
            if name is not None
        }


def keeps_all(instance, chosen):
    """The limits once more, as the rule book has them, sharing nothing with the code under test."""
    project = {p.key: p for p in instance.projects}
    option = {key: next(o for o in project[key].options if o.name == name) for key, name in chosen.items()}
    parent = {unit.key: unit.parent for unit in instance.units}

    def is_below(unit, above):
        return unit == above or (parent[unit] is not None and is_below(parent[unit], above))

    for p in instance.projects:
        if p.mandatory and p.key not in chosen:
            return False
    if any(len(set(group) & set(chosen)) > 1 for group in instance.exclusive):
        return False
    if any(p in chosen and q not in chosen for p, q in instance.dependencies):
        return False
    for unit in instance.units:
        mine = [option[key] for key in chosen if is_below(project[key].unit, unit.key)]
        for r in range(len(RESOURCES)):
            used = budget = 0
            open_ended = False
            for t in range(len(QUARTERS)):
                limit = unit.budgets[r][t] if unit.budgets else None
                need = sum(o.needs[r][t] for o in mine if o.needs)
                if unit.carries_over:
                    open_ended = open_ended or limit is None
                    if open_ended:
                        continue
                    used, budget = used + need, budget + limit
                    if used > budget:
                        return False
                elif limit is not None and need > limit:
                    return False
        for t in range(len(QUARTERS)):
            limit = unit.headcount[0][t] if unit.headcount else None
            if limit is not None and sum(o.people[0][t] for o in mine if o.people) > limit:
                return False
        money = sum(o.money for o in mine)
        if money < unit.floor or (unit.cap is not None and money > unit.cap):
            return False
    total = sum(o.money for o in option.values())
    for theme in instance.themes:
        money = sum(option[key].money for key in chosen if project[key].theme == theme.key)
        if not theme.least_bp * total <= 10_000 * money <= theme.most_bp * total:
            return False
    return True


def best_value(instance):
    return max(
        (
            sum(
                next(o.value for o in p.options if o.name == chosen[p.key])
                for p in instance.projects
                if p.key in chosen
            )
            for chosen in every_plan(instance)
            if keeps_all(instance, chosen)
        ),
        default=None,
    )


@pytest.mark.parametrize("scale", [1, 1_234_567])
def test_the_plan_equals_brute_force_on_random_small_cases(scale):
    kinds = {"optimal": 0, "infeasible": 0}
    for seed in range(CASES):
        instance = random_instance(seed, scale)
        best = best_value(instance)
        plan = solve(instance, 20)
        assert (seed, plan.value, plan.status) == (seed, best, "infeasible" if best is None else "optimal")
        assert (plan.bound, plan.gap) == (best, None if best is None else 0.0)
        assert check(instance, plan) == [] or plan.status == "infeasible"
        kinds[plan.status] += 1
    # Both outcomes must be common enough for the comparison to mean something.
    assert min(kinds.values()) >= 15


def test_the_random_cases_hold_every_kind_of_limit():
    """Each kind is the only one broken by some plan of some case, so that a model without it would have been caught."""
    alone = set()
    for seed in range(CASES):
        instance = random_instance(seed)
        for chosen in every_plan(instance):
            kinds = {violation.limit.kind for violation in check(instance, checked(instance, chosen))}
            if len(kinds) == 1:
                alone |= kinds
    assert alone == {
        "mandatory", "budget", "budget_to_date", "people", "theme_least", "theme_most", "floor", "cap", "exclusive", "dependency",
    }  # fmt: skip


def test_the_checker_agrees_with_the_rule_book_on_every_plan_of_the_random_cases():
    for seed in range(0, CASES, 4):
        instance = random_instance(seed)
        for chosen in every_plan(instance):
            assert (check(instance, checked(instance, chosen)) == []) is keeps_all(instance, chosen), (
                seed,
                chosen,
            )


def checked(instance, chosen):
    """A plan with the right value, however it came about."""
    return Plan("feasible", chosen, value_of(instance, chosen), None, 0.0)


@pytest.fixture
def bank():
    """Two branches; every plan of at most two full projects is fine."""

    def project(n, unit, **more):
        options = [
            Option("full", 10 + n, money=100, needs=[[50, 50]], people=[[10, 10]]),
            Option("pilot", 3, money=20, needs=[[10, 10]], people=[[2, 2]]),
        ]
        return Project(f"P{n}", unit, options, **more)

    return Instance(
        units=[
            Unit("bank", budgets=[[120, 120]], headcount=[[25, 25]], cap=250),
            Unit("east", "bank", budgets=[[60, 60]]),
            Unit("west", "bank", budgets=[[60, 80]], carries_over=True),
        ],
        projects=[project(1, "east"), project(2, "east"), project(3, "west"), project(4, "west")],
        resources=["technology"],
        quarters=["Q1", "Q2"],
        skills=["data"],
    )


@pytest.mark.parametrize(
    ("change", "chosen", "violation"),
    [
        (
            {},
            {"P1": "full", "P2": "pilot", "P3": "full", "P4": "pilot"},
            None,
        ),
        (
            {},
            {"P1": "full", "P2": "full"},
            [
                Violation(Limit("budget", unit="east", resource="technology", quarter="Q1"), 100, 60),
                Violation(Limit("budget", unit="east", resource="technology", quarter="Q2"), 100, 60),
            ],
        ),
        (
            {},
            {"P3": "full", "P4": "full"},
            [Violation(Limit("budget_to_date", unit="west", resource="technology", quarter="Q1"), 100, 60),
             Violation(Limit("budget_to_date", unit="west", resource="technology", quarter="Q2"), 200, 140)],
        ),
        (
            {"headcount": 19},
            {"P1": "full", "P3": "full"},
            [Violation(Limit("people", unit="bank", skill="data", quarter="Q1"), 20, 19),
             Violation(Limit("people", unit="bank", skill="data", quarter="Q2"), 20, 19)],
        ),
        ({"cap": 199}, {"P1": "full", "P3": "full"}, [Violation(Limit("cap", unit="bank"), 200, 199)]),
        ({"floor": 201}, {"P1": "full", "P3": "full"}, [Violation(Limit("floor", unit="bank"), 200, 201)]),
        ({"mandatory": "P4"}, {"P1": "full"}, [Violation(Limit("mandatory", projects=("P4",)), 0, 1)]),
        (
            {"exclusive": [("P1", "P3")]},
            {"P1": "full", "P3": "pilot"},
            [Violation(Limit("exclusive", projects=("P1", "P3")), 2, 1)],
        ),
        (
            {"dependencies": [("P1", "P3")]},
            {"P1": "full"},
            [Violation(Limit("dependency", projects=("P1", "P3")), 1, 0)],
        ),
        (
            {"themes": [Theme("green", least_bp=1_667)], "green": "P2"},  # 16.67 % of 120 is 20.004
            {"P1": "full", "P2": "pilot"},
            [Violation(Limit("theme_least", theme="green"), 20, 21)],
        ),
        ({"themes": [Theme("green", least_bp=1_666)], "green": "P2"}, {"P1": "full", "P2": "pilot"}, []),
        (
            {"themes": [Theme("green", most_bp=1_666)], "green": "P2"},  # 19.992
            {"P1": "full", "P2": "pilot"},
            [Violation(Limit("theme_most", theme="green"), 20, 19)],
        ),
        ({}, {"P1": "gold", "P9": "full"}, [Violation(Limit("unknown", projects=("P1", "P9")), 2, 0)]),
    ],
)  # fmt: skip
def test_the_checker_names_each_planted_violation(bank, change, chosen, violation):
    units, projects = list(bank.units), list(bank.projects)
    for field in ("cap", "floor"):
        if field in change:
            units[0] = replace(units[0], **{field: change[field]})
    if "headcount" in change:
        units[0] = replace(units[0], headcount=[[change["headcount"]] * 2])
    projects = [
        replace(
            project,
            mandatory=project.key == change.get("mandatory"),
            theme="green" if project.key == change.get("green") else None,
        )
        for project in projects
    ]
    instance = replace(
        bank,
        units=units,
        projects=projects,
        **{field: change[field] for field in ("exclusive", "dependencies", "themes") if field in change},
    )
    plan = Plan("feasible", chosen, None, None, 0.0)
    assert check(instance, plan) == (violation or [])


def test_the_checker_finds_a_value_that_is_not_the_sum(bank):
    assert check(bank, Plan("feasible", {"P1": "full"}, 12, None, 0.0)) == [Violation(Limit("value"), 12, 11)]


def test_two_amounts_that_a_float_cannot_tell_apart_are_still_kept_within_the_budget():
    # 10^16 + 1 is 10^16 for the solver, which would take both; together they are one fen too many.
    instance = Instance(
        units=[Unit("bank", budgets=[[2 * 10**16]])],
        projects=[
            Project("A", "bank", [Option("full", 5, needs=[[10**16 + 1]])]),
            Project("B", "bank", [Option("full", 4, needs=[[10**16]])]),
        ],
        resources=["money"],
        quarters=["Q1"],
    )
    plan = solve(instance, 10)
    assert (plan.chosen, plan.value, check(instance, plan)) == ({"A": "full"}, 5, [])
    assert plan.bound == 9  # nothing better is proven: the bound is that of the solver's arithmetic
    assert plan.status == "feasible"


def test_carry_over_moves_what_is_left_forward_and_nothing_backward():
    def instance(first, second, carries_over):
        return Instance(
            units=[Unit("branch", budgets=[[10, 10]], carries_over=carries_over)],
            projects=[Project("A", "branch", [Option("full", 1, needs=[[first, second]])])],
            resources=["money"],
            quarters=["Q1", "Q2"],
        )

    assert solve(instance(5, 15, True), 10).value == 1
    assert solve(instance(5, 15, False), 10).value == 0
    assert solve(instance(15, 5, True), 10).value == 0
    assert solve(instance(5, 16, True), 10).value == 0


def test_incumbents_are_checked_plans_of_growing_value():
    instance = knapsack(60, 8, seed=3)
    seen = []
    plan = solve(instance, 10, seen.append)
    values = [incumbent.value for incumbent in seen]
    assert values == sorted(set(values))
    assert values[-1] == plan.value
    assert [check(instance, incumbent) for incumbent in seen] == [[]] * len(seen)


def test_an_exception_of_the_callback_ends_the_solve():
    def refuse(plan):
        raise LookupError("withdrawn")

    with pytest.raises(LookupError, match="withdrawn"):
        solve(knapsack(60, 8, seed=3), 60, refuse)


def test_a_solve_that_is_cut_off_still_has_a_plan_and_a_bound_around_the_best():
    instance = knapsack(150, 15, seed=5)
    plan = solve(instance, 1.5)
    assert plan.status == "feasible"
    assert check(instance, plan) == []
    assert plan.value < plan.bound
    assert 0 < plan.gap < 0.05


def test_a_start_is_taken_and_never_lost():
    instance = knapsack(150, 15, seed=5)
    first = solve(instance, 1.5)
    assert solve(instance, 0.5, start=first.chosen).value >= first.value


def test_an_instance_of_nothing_has_the_empty_plan():
    plan = solve(Instance(units=[Unit("bank")], projects=[]), 5)
    assert (plan.status, plan.chosen, plan.value, plan.gap) == ("optimal", {}, 0, 0.0)
    assert solve(Instance(units=[Unit("bank", floor=1)], projects=[]), 5).status == "infeasible"


def test_instances_and_plans_survive_the_trip_through_json_and_a_process_of_their_own():
    instance = random_instance(8)
    assert Instance.from_payload(instance.to_payload()).to_payload() == instance.to_payload()

    seen = []
    payload = run_solver(
        "apps.allocation.optimiser.solve:solve_payload",
        {"instance": instance.to_payload()},
        time_limit=20,
        on_incumbent=seen.append,
    )
    plan = Plan.from_payload(payload)
    here = solve(instance, 20)
    assert (plan.status, plan.value, plan.bound) == (here.status, here.value, here.bound)
    assert check(instance, plan) == []
    assert seen[-1]["chosen"] == plan.chosen


def test_the_payload_function_takes_a_plan_to_start_from():
    instance = random_instance(8)
    best = solve(instance, 20)
    again = solve_payload(
        {"instance": instance.to_payload(), "start": best.chosen}, time_limit=20, report=lambda plan: None
    )
    assert again["value"] == best.value


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"units": [Unit("bank", "moon")]}, "below moon"),
        ({"units": [Unit("a", "b"), Unit("b", "a")]}, "below itself"),
        ({"units": [Unit("bank"), Unit("bank")]}, "Two units"),
        ({"units": [Unit("bank", budgets=[[1]])]}, "Unit bank: a limit"),
        ({"units": [Unit("bank", budgets=[[1, -1]])]}, "Unit bank: a limit"),
        ({"units": [Unit("bank", headcount=[[1, 2.0]])]}, "Unit bank: a limit"),
        ({"units": [Unit("bank", floor=-1)]}, "Unit bank: floor"),
        ({"themes": [Theme("green", 5_000, 4_000)]}, "Theme green"),
        ({"themes": [Theme("green", 0, 10_001)]}, "Theme green"),
        ({"projects": [Project("A", "moon", [Option("full", 1)])]}, "unit moon"),
        ({"projects": [Project("A", "bank", [Option("full", 1)], theme="red")]}, "theme red"),
        ({"projects": [Project("A", "bank", [])]}, "at least one option"),
        ({"projects": [Project("A", "bank", [Option("full", 1), Option("full", 2)])]}, "a name of its own"),
        ({"projects": [Project("A", "bank", [Option("full", 1, needs=[[1, 2], [3, 4]])])]}, "Project A, full: a need"),
        ({"projects": [Project("A", "bank", [Option("full", 1, needs=[[1, -2]])])]}, "Project A, full: a need"),
        ({"projects": [Project("A", "bank", [Option("full", 1, needs=[[1, None]])])]}, "Project A, full: a need"),
        ({"projects": [Project("A", "bank", [Option("full", 1.5)])]}, "value and money must be whole"),
        ({"projects": [Project("A", "bank", [Option("full", float("nan"))])]}, "value and money must be whole"),
        ({"projects": [Project("A", "bank", [Option("full", 1, money=10**18)])]}, "value and money must be whole"),
        ({"exclusive": [("A", "Z")]}, "Project Z"),
        ({"dependencies": [("A", "Z")]}, "Project Z"),
        ({"dependencies": [("A",)]}, "a pair"),
    ],
)  # fmt: skip
def test_an_instance_that_makes_no_sense_is_refused_with_its_place(change, sentence):
    whole = {
        "units": [Unit("bank")],
        "projects": [Project("A", "bank", [Option("full", 1)])],
        "resources": ["money"],
        "quarters": ["Q1", "Q2"],
        "skills": ["data"],
    }
    with pytest.raises(ValueError, match=sentence):
        Instance(**(whole | change))


def granted(instance, violations):
    """The instance after everybody has given what they were asked for."""
    for violation in violations:
        limit, by = violation.limit, violation.by
        rules = {"exclusive": instance.exclusive, "dependency": instance.dependencies}
        if limit.kind == "mandatory":
            projects = [
                replace(p, mandatory=p.mandatory and p.key not in limit.projects) for p in instance.projects
            ]
            instance = replace(instance, projects=projects)
        elif limit.kind == "exclusive":
            instance = replace(
                instance, exclusive=[g for g in rules["exclusive"] if tuple(g) != limit.projects]
            )
        elif limit.kind == "dependency":
            instance = replace(instance, dependencies=[d for d in rules["dependency"] if d != limit.projects])
        elif limit.theme:
            themes = [
                replace(t, least_bp=0, most_bp=10_000) if t.key == limit.theme else t for t in instance.themes
            ]
            instance = replace(instance, themes=themes)
        else:
            units = [
                granted_to(instance, unit, limit, by) if unit.key == limit.unit else unit
                for unit in instance.units
            ]
            instance = replace(instance, units=units)
    return instance


def granted_to(instance, unit, limit, by):
    if limit.kind in ("floor", "cap"):
        return (
            replace(unit, floor=unit.floor - by)
            if limit.kind == "floor"
            else replace(unit, cap=unit.cap + by)
        )
    table = [list(row) for row in (unit.headcount if limit.kind == "people" else unit.budgets)]
    row = instance.skills.index(limit.skill) if limit.skill else instance.resources.index(limit.resource)
    table[row][instance.quarters.index(limit.quarter)] += by
    return replace(unit, headcount=table) if limit.kind == "people" else replace(unit, budgets=table)


def test_what_a_relaxation_asks_for_is_needed_and_is_enough():
    infeasible = [random_instance(seed) for seed in range(CASES)]
    infeasible = [instance for instance in infeasible if best_value(instance) is None]
    assert len(infeasible) >= 15
    for instance in infeasible:
        found = relaxation(instance, 20)
        assert found.whole
        assert found.limits == check(instance, checked(instance, found.chosen))
        assert best_value(instance) is None
        assert best_value(granted(instance, found.limits)) is not None


def test_an_instance_that_has_a_plan_needs_nothing_to_give():
    for seed in range(20):
        instance = random_instance(seed)
        if best_value(instance) is not None:
            assert relaxation(instance, 20).limits == []


def test_the_least_relaxation_is_named_with_its_row_and_amount(bank):
    # P1 in full needs 50 of the 40 that the east has; P3 in full is fine.
    units = [bank.units[0], replace(bank.units[1], budgets=[[40, 60]]), bank.units[2]]
    projects = [replace(p, options=p.options[:1], mandatory=p.key in ("P1", "P3")) for p in bank.projects]
    found = relaxation(replace(bank, units=units, projects=projects), 10)
    assert found.limits == [
        Violation(Limit("budget", unit="east", resource="technology", quarter="Q1"), 50, 40)
    ]
    assert found.chosen == {"P1": "full", "P3": "full"}


def test_a_limit_gives_before_a_rule_and_the_smaller_share_first():
    # One project is 10 below a floor of 60, which is a sixth of it; two are 10 above a cap of 90, a ninth.
    instance = Instance(
        units=[Unit("bank", floor=60, cap=90)],
        projects=[Project(key, "bank", [Option("full", 1, money=50)]) for key in ("A", "B")],
    )
    assert relaxation(instance, 10).limits == [Violation(Limit("cap", unit="bank"), 100, 90)]
    # With the two excluding each other, 60 cannot be had from one without breaking a rule: the floor gives.
    excluding = replace(instance, exclusive=[("A", "B")])
    assert relaxation(excluding, 10).limits == [Violation(Limit("floor", unit="bank"), 50, 60)]


def test_projects_in_part_need_the_least_that_must_give_in_any_case():
    instance = Instance(
        units=[Unit("bank", floor=60, cap=90)],
        projects=[Project(key, "bank", [Option("full", 1, money=50)]) for key in ("A", "B")],
    )
    in_part = relaxation(instance, 10, whole=False)
    assert (in_part.limits, in_part.chosen, in_part.whole) == ([], {}, False)  # 1.2 projects keep both

    starved = replace(instance, units=[Unit("bank", floor=150, cap=400)])
    in_part = relaxation(starved, 10, whole=False)
    assert in_part.limits == [Violation(Limit("floor", unit="bank"), 100, 150)]


def test_limits_that_must_not_give_may_leave_no_way_out():
    instance = Instance(
        units=[Unit("bank", floor=60, cap=90)],
        projects=[Project(key, "bank", [Option("full", 1, money=50)]) for key in ("A", "B")],
    )
    assert relaxation(instance, 10, keep=[Limit("floor", unit="bank"), Limit("cap", unit="bank")]) is None


def test_why_not_tells_the_true_loss_and_break_even_of_each_project_left_out():
    asked = blocked = 0
    for seed in range(40):
        instance = random_instance(seed)
        plan = solve(instance, 20)
        for key in sorted(instance.project.keys() - plan.chosen.keys()) if plan.value is not None else ():
            asked += 1
            answer = why_not(instance, plan, key)
            with_it = max(
                (checked(instance, chosen).value for chosen in every_plan(instance) if key in chosen and keeps_all(instance, chosen)),
                default=None,
            )  # fmt: skip
            assert answer.proven
            if with_it is None:
                blocked += 1
                assert (answer.option, answer.loss, answer.break_even_value) == (None, None, None)
                assert answer.blocked_by != []
                continue
            assert answer.loss == plan.value - with_it
            assert answer.blocked_by == []
            assert (
                solve(valued(instance, key, answer.option, answer.break_even_value + 1), 20).chosen[key]
                == answer.option
            )
            assert (
                solve(valued(instance, key, answer.option, answer.break_even_value - 1), 20).value
                == plan.value
            )
    assert asked >= 40
    assert blocked >= 5


def valued(instance, key, name, value):
    """The instance with another value for one option."""
    projects = [
        replace(
            p, options=[replace(o, value=value) if (p.key, o.name) == (key, name) else o for o in p.options]
        )
        for p in instance.projects
    ]
    return replace(instance, projects=projects)


def test_why_not_names_what_is_displaced_or_what_is_in_the_way(bank):
    plan = solve(bank, 10)
    assert plan.chosen == {"P2": "full", "P4": "full", "P1": "pilot", "P3": "pilot"}
    ours = replace(bank, projects=[replace(p, options=p.options[:1]) for p in bank.projects])
    plan = solve(ours, 10)
    assert plan.chosen == {"P2": "full", "P4": "full"}

    answer = why_not(ours, plan, "P1")
    assert (answer.option, answer.loss, answer.break_even_value) == ("full", 1, 12)
    assert answer.displaced == [Change("P2", "full", None)]

    poor = replace(ours, units=[ours.units[0], ours.units[1], replace(ours.units[2], budgets=[[40, 80]])])
    answer = why_not(poor, solve(poor, 10), "P3")
    assert answer.option is None
    assert answer.blocked_by == [
        Violation(Limit("budget_to_date", unit="west", resource="technology", quarter="Q1"), 50, 40)
    ]


def test_why_not_is_only_asked_of_a_project_that_is_left_out(bank):
    plan = solve(bank, 10)
    with pytest.raises(ValueError, match="P2 is funded"):
        why_not(bank, plan, "P2")
    with pytest.raises(KeyError):
        why_not(bank, plan, "P9")


def test_the_marginal_value_is_the_gain_of_the_best_plan_with_more():
    gains = 0
    for seed in range(60):
        instance = random_instance(seed)
        plan = solve(instance, 20)
        if (
            plan.value is None
            or not instance.units[0].budgets
            or instance.units[0].budgets[0] == [None, None]
        ):
            continue
        marginals = marginal_value(instance, plan, "bank", resource="technology", percents=(50, 100))
        for marginal in marginals:
            budgets = [list(row) for row in instance.units[0].budgets]
            budgets[0] = [None if b is None else b + b * marginal.percent // 100 for b in budgets[0]]
            more = replace(instance, units=[replace(instance.units[0], budgets=budgets), *instance.units[1:]])
            gain = best_value(more) - plan.value
            assert (marginal.value, marginal.gain, marginal.at_most) == (best_value(more), gain, gain)
            gains += gain > 0
        assert marginals[0].gain <= marginals[1].gain
    assert gains >= 5


def test_a_block_says_how_much_it_adds_in_whole_units(bank):
    # Ten per cent of 25 is 2 in each of two quarters; the people are not what holds the plan back.
    ours = replace(bank, units=[replace(bank.units[0], budgets=[[500, 500]], cap=None), *bank.units[1:]])
    plan = solve(ours, 10)
    assert marginal_value(ours, plan, "bank", skill="data", percents=[10, 1]) == [
        Marginal(1, 0, plan.value, 0, 0),
        Marginal(10, 4, plan.value, 0, 0),
    ]


@pytest.mark.parametrize(
    ("unit", "limit", "sentence"),
    [
        ("bank", {}, "either a resource or a skill"),
        ("bank", {"resource": "technology", "skill": "data"}, "either a resource or a skill"),
        ("east", {"skill": "data"}, "has no such limit"),
        ("moon", {"skill": "data"}, "has no such limit"),
        ("bank", {"skill": "law"}, "not in list"),
    ],
)
def test_the_marginal_value_is_asked_of_one_limit_that_exists(bank, unit, limit, sentence):
    with pytest.raises(ValueError, match=sentence):
        marginal_value(bank, solve(bank, 10), unit, **limit)


def test_the_answers_come_from_a_process_of_their_own_too(bank):
    plan = solve(bank, 10)
    payload = {"instance": bank.to_payload(), "plan": plan.to_payload()}
    ask = "apps.allocation.optimiser.explain:"
    ours = replace(bank, projects=[replace(p, options=p.options[:1]) for p in bank.projects])
    left_out = {"instance": ours.to_payload(), "plan": solve(ours, 10).to_payload(), "project": "P1"}

    answer = run_solver(f"{ask}why_not_payload", left_out, time_limit=20)
    assert (answer["loss"], answer["break_even_value"]) == (1, 12)
    answer = run_solver(f"{ask}relaxation_payload", payload, time_limit=20)
    assert answer["relaxation"]["limits"] == []
    answer = run_solver(
        f"{ask}marginal_value_payload",
        payload | {"unit": "bank", "resource": "technology", "percents": [100]},
        time_limit=20,
    )
    assert [marginal["added"] for marginal in answer["marginals"]] == [240]


def knapsack(projects, resources, seed):
    """One unit, many resources: easy to fill, hard to prove."""
    dice = random.Random(seed)
    needs = [[dice.randint(1, 1_000) for _ in range(resources)] for _ in range(projects)]
    return Instance(
        units=[Unit("bank", budgets=[[sum(column) // 2] for column in zip(*needs, strict=True)])],
        projects=[
            Project(f"P{n}", "bank", [Option("full", sum(need) // resources + dice.randint(0, 500), needs=[[x] for x in need])])
            for n, need in enumerate(needs)
        ],
        resources=[f"r{r}" for r in range(resources)],
        quarters=["Q1"],
    )  # fmt: skip
