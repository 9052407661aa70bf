"""The catalogue: strict about files, and exact about what is wrong with them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import posecheck
from posecheck import assessment
from posecheck.assessment import check, load_stretch, read_stretch, stretch_ids
from posecheck.assessment.catalogue.stretch import Direction, Sides
from posecheck.assessment.missing_reason import BACK_MEASURES
from posecheck.errors import CatalogueError, UsageError
from posecheck.records import QUANTITY_NAMES
from posecheck.tunables import Profile, Tunable

STRETCHES = Path(assessment.__file__).parent / "catalogue" / "stretches"
SHIPPED = stretch_ids()


def number(default: float, unit: str = "deg", high: float = 100.0) -> str:
    """A number's table, on one line."""
    return f'{{default = {default}, low = 0, high = {high}, step = 1, unit = "{unit}", why = "w", source = "s"}}'


def whole(*, rule: str = "", hold: str = "", top: str = "") -> str:
    """A small, right stretch file, with lines added."""
    return f"""
id = "mine"
name = "Mine"
position = "standing"
view = "side"
setup = "Stand."
steps = ["Bend."]
safety = "Gently."
breathing = ["Slowly."]
{top}
[phases.bend]
what = "bending"
measure = "trunk_inclination_deg"
direction = "above"
from_deg = {number(20)}
leave_deg = {number(15)}
[[rules]]
id = "back"
name = "Back"
measure = "spine_flexion_deg"
direction = "above"
phase = "bend"
reason = "Round."
say = "Long."
good_again = "Good."
limit_deg = {number(35)}
leave_deg = {number(28)}
dwell_s = {number(0.7, "s")}
leave_dwell_s = {number(0.4, "s")}
{rule}
[hold]
phase = "bend"
target_s = {number(30, "s")}
{hold}
"""


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write a stretch file called mine.toml."""

    def file(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return file


#: The catalogue: position, camera, and good seconds of a hold (None: repetitions) of every stretch.
TABLE = {
    "hip_hinge_drill": ("standing", "side", None),
    "standing_forward_fold": ("standing", "side", 30),
    "alternate_reach": ("standing", "any", 30),
    "foot_on_step": ("standing", "side", 30),
    "leg_lift_high": ("standing", "side", 30),
    "staggered_hinge": ("standing", "side", 30),
    "wide_leg_fold": ("standing", "side", 30),
    "single_leg_rdl": ("standing", "side", None),
    "leg_crossover": ("standing", "side", 30),
    "pyramid": ("standing", "side", 30),
    "forward_fold_blocks": ("standing", "side", 30),
    "half_split": ("kneeling", "side", 30),
    "chair_leg_stretch": ("seated", "side", 30),
    "seated_one_leg": ("floor", "side", 30),
    "floor_leg_stretch": ("floor", "side", 30),
    "lying_leg_raise": ("lying", "side", 30),
    "crossed_leg_supine": ("lying", "side", 30),
    "foam_roll": ("floor", "none", 60),
    "hamstring_massage": ("seated", "none", 60),
    "standing_posture": ("standing", "side", 5),
}
#: The limit of rounding of every stretch in which the back is judged.
SPINE = {
    **dict.fromkeys(
        ("hip_hinge_drill", "foot_on_step", "leg_lift_high", "single_leg_rdl", "forward_fold_blocks"), 30.0
    ),
    **dict.fromkeys(
        (
            "standing_forward_fold",
            "alternate_reach",
            "staggered_hinge",
            "wide_leg_fold",
            "leg_crossover",
            "pyramid",
            "half_split",
            "chair_leg_stretch",
            "seated_one_leg",
            "floor_leg_stretch",
        ),
        35.0,
    ),
}
#: Which leg works, where the camera can recognise it, and which side of it should be toward the camera.
LEAD = {
    "alternate_reach": ("", ""),
    "foot_on_step": ("raised", "near"),
    "leg_lift_high": ("raised", "near"),
    "staggered_hinge": ("front", "near"),
    "single_leg_rdl": ("standing", "near"),
    "leg_crossover": ("crossed", ""),
    "pyramid": ("front", "near"),
    "half_split": ("front", "near"),
    "chair_leg_stretch": ("straight", "near"),
    "seated_one_leg": ("straight", "near"),
    "lying_leg_raise": ("raised", "near"),
    "crossed_leg_supine": ("crossed", ""),
    "foam_roll": ("", ""),
    "hamstring_massage": ("", ""),
}


def test_every_stretch_of_the_catalogue_is_there() -> None:
    """Each with its position, where the camera stands, and how long it is held."""
    found = {
        one.id: (one.position, one.view, one.hold.target.default if one.hold else None)
        for one in map(load_stretch, SHIPPED)
    }
    assert found == TABLE


def test_how_far_the_back_may_round_in_each() -> None:
    """Strictest where the back can stay long throughout, a little more in folds and seated; elsewhere no verdict."""
    spine = {
        one.id: rule.limit.default
        for one in map(load_stretch, SHIPPED)
        for rule in one.rules
        if rule.measure == "spine_flexion_deg"
    }
    assert spine == SPINE


def test_which_leg_works_in_each() -> None:
    """Every stretch that is done on both sides asks for the other one; most know by what the leg is recognised."""
    sides = {one.id: (one.lead, one.sides.camera) for one in map(load_stretch, SHIPPED) if one.sides}
    assert sides == LEAD
    assert all(one.sides.say for one in map(load_stretch, SHIPPED) if one.sides)


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_nothing_is_claimed_that_the_camera_cannot_see(stretch_id: str) -> None:
    """No rule, phase or depth rests on the back of somebody lying down, and the file says that the back is hidden."""
    stretch = load_stretch(stretch_id)
    measures = {stretch.depth, *(rule.measure for rule in stretch.rules), *(one.measure for one in stretch.phases)}
    if stretch.position == "lying":
        assert not measures & BACK_MEASURES
        assert any("your back" in sentence.lower() for sentence in stretch.not_judged)
    if not stretch.watch:
        assert (stretch.rules, stretch.phases, stretch.view, measures) == ((), (), "none", {""})
    elif stretch.id != "crossed_leg_supine":
        assert stretch.rules
    if measures & BACK_MEASURES:
        assert stretch.view == "side" or stretch.oblique_ok


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_every_hold_has_something_to_say_of_the_breath(stretch_id: str) -> None:
    """A hold has breathing texts, a count and a rest; a watched one has a phase of its own stretch."""
    stretch = load_stretch(stretch_id)
    if stretch.hold is not None:
        assert stretch.breathing
        assert stretch.hold.repeat is not None
        assert stretch.hold.rest is not None
        assert (stretch.hold.phase in {phase.name for phase in stretch.phases}) is stretch.watch


def test_repetitions_know_what_a_whole_one_is() -> None:
    """Phase, count, depth and pace of the two stretches that are repeated."""
    reps = {one.id: one.reps for one in map(load_stretch, SHIPPED) if one.reps}
    assert {
        name: (goal.phase, goal.count.default, goal.depth.default, goal.slow.default) for name, goal in reps.items()
    } == {"hip_hinge_drill": ("hinge", 8, 45, 3), "single_leg_rdl": ("hinge", 6, 70, 3)}


def test_a_bent_knee_on_the_step_is_fine_and_said_to_be() -> None:
    """The knee is judged only while it is being kept straight, the hold does not ask for it, and the card says so."""
    step = load_stretch("foot_on_step")
    (knee,) = (rule for rule in step.rules if rule.measure == "lead_knee_flexion_deg")
    (straight,) = (phase for phase in step.phases if phase.name == knee.phase)
    assert (straight.measure, straight.direction) == ("lead_knee_flexion_deg", Direction.BELOW)
    assert straight.begin.default < knee.limit.default < straight.leave.default
    assert step.hold is not None
    assert step.hold.phase != straight.name
    assert any("A bent knee is fine" in words for words in step.steps)
    assert any(words.startswith("A bent raised knee: it is fine") for words in step.not_judged)


def test_texts_are_written_for_their_stretch() -> None:
    """Set-up, first step and the words for the other side of the body are each stretch's own."""
    stretches = [load_stretch(stretch_id) for stretch_id in SHIPPED]
    for texts in ([one.setup for one in stretches], [one.steps for one in stretches], [one.name for one in stretches]):
        assert len(set(texts)) == len(texts)
    reasons = {(rule.id, rule.reason) for one in stretches for rule in one.rules if rule.id == "spine_rounding"}
    assert len(reasons) > len(SPINE) / 2


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_every_shipped_file_is_right(stretch_id: str) -> None:
    """No mistakes; loading by id and reading the file give the same stretch."""
    path = STRETCHES / f"{stretch_id}.toml"
    assert check(path) == ()
    assert read_stretch(path) == load_stretch(stretch_id)
    assert load_stretch(stretch_id).id == stretch_id


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_every_shipped_number_is_declared_in_full(stretch_id: str) -> None:
    """Each has unit, reason, source and range, lies on its grid, and its key ends in its unit."""
    stretch = load_stretch(stretch_id)
    numbers = stretch.tunables
    assert len({tunable.key for tunable in numbers}) == len(numbers)
    for tunable in numbers:
        assert tunable.low < tunable.high
        assert tunable.why.strip()
        assert tunable.source.strip()
        assert tunable.unit == {"_deg": "deg", "_s": "s"}.get(re.search(r"(_deg|_s|)$", tunable.key)[1], "")  # type: ignore[index]
        steps = (tunable.default - tunable.low) / tunable.step
        assert steps == pytest.approx(round(steps))


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_every_shipped_rule_and_phase_leaves_on_the_good_side(stretch_id: str) -> None:
    """`leave` is nearer to good than the bound that enters, by some degrees; waits last, and leaving is quicker."""
    stretch = load_stretch(stretch_id)
    pairs = [(phase.direction, phase.begin, phase.leave) for phase in stretch.phases]
    pairs += [(rule.direction, rule.limit, rule.leave) for rule in stretch.rules]
    for direction, enter, leave in pairs:
        assert direction.sign * (enter.default - leave.default) >= (5 if enter.unit else 0.1) - 1e-9
    for rule in stretch.rules:
        assert 0 < rule.leave_dwell.default < rule.dwell.default
        assert rule.measure in QUANTITY_NAMES
        assert rule.phase in {phase.name for phase in stretch.phases}


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_the_texts_promise_nothing(stretch_id: str) -> None:
    """Plain words for people who stretch: no claim to treat, prevent or diagnose, and when to ask somebody first."""
    text = (STRETCHES / f"{stretch_id}.toml").read_text(encoding="utf-8").lower()
    for word in ("prevent", "injuries", "therapy", "rehab", "patient,", "diagnos", "clinical", "unsafe", "dangerous"):
        assert word not in text
    assert "ask a health professional first" in load_stretch(stretch_id).safety.lower()


def test_the_numbers_of_the_fold() -> None:
    """The keys people use with --set, and their defaults."""
    numbers = {tunable.key: tunable.default for tunable in load_stretch("standing_forward_fold").tunables}
    assert numbers == {
        "hinge.from_deg": 20,
        "hinge.leave_deg": 15,
        "fold.from_deg": 45,
        "fold.leave_deg": 38,
        "spine_rounding.limit_deg": 35,
        "spine_rounding.leave_deg": 28,
        "spine_rounding.dwell_s": 0.7,
        "spine_rounding.leave_dwell_s": 0.4,
        "knee_bend.limit_deg": 20,
        "knee_bend.leave_deg": 15,
        "knee_bend.dwell_s": 0.7,
        "knee_bend.leave_dwell_s": 0.4,
        "hold.target_s": 30,
        "hold.repeat": 1,
        "hold.rest_s": 10,
    }


@pytest.mark.parametrize("stretch_id", SHIPPED)
def test_stretch_and_room_share_no_key(stretch_id: str) -> None:
    """Their numbers fit into one profile."""
    numbers = (*assessment.TUNABLES, *load_stretch(stretch_id).tunables)
    assert all(isinstance(tunable, Tunable) for tunable in numbers)
    assert len(Profile(numbers)) == len(numbers)


def test_the_drill_counts_repetitions() -> None:
    """No hold, eight repetitions."""
    drill = load_stretch("hip_hinge_drill")
    assert drill.hold is None
    assert drill.reps is not None
    assert (drill.reps.count.key, drill.reps.count.default) == ("reps.count", 8)


def test_an_unknown_stretch_gets_the_nearest_spelling() -> None:
    """One line, saying what to do; it is the call that was wrong."""
    with pytest.raises(CatalogueError) as caught:
        load_stretch("standing_foward_fold")
    assert str(caught.value) == (
        'unknown stretch "standing_foward_fold". Did you mean "standing_forward_fold"? See: posecheck stretches list'
    )
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize("stretch_id", ["../stretches/hip_hinge_drill", "/etc/passwd", "", "hip_hinge_drill.toml"])
def test_an_id_is_not_a_path(stretch_id: str) -> None:
    """Only ids of the catalogue are read."""
    with pytest.raises(CatalogueError, match="unknown stretch"):
        load_stretch(stretch_id)


def test_a_small_file_of_ones_own_is_read(write) -> None:  # type: ignore[no-untyped-def]
    """What may be left out is empty, and nothing else is made up."""
    stretch = read_stretch(write(whole()))
    assert (stretch.sources, stretch.reps, stretch.rules[0].fix) == ((), None, "")
    assert stretch.steps == ("Bend.",)
    assert stretch.hold is not None
    assert stretch.hold.phase == "bend"
    assert [tunable.key for tunable in stretch.tunables] == [
        "bend.from_deg",
        "bend.leave_deg",
        "back.limit_deg",
        "back.leave_deg",
        "back.dwell_s",
        "back.leave_dwell_s",
        "hold.target_s",
    ]


def test_a_rule_on_a_share_has_no_unit(write) -> None:  # type: ignore[no-untyped-def]
    """A measure without a unit has limits without one, a rule may warn below, and be in force always."""
    text = whole().replace(
        '"spine_flexion_deg"\ndirection = "above"\nphase = "bend"', '"hip_share"\ndirection = "below"'
    )
    text = text.replace(f"limit_deg = {number(35)}", f"limit = {number(0.6, '')}")
    text = text.replace(f"leave_deg = {number(28)}", f"leave = {number(0.75, '')}")
    rule = read_stretch(write(text)).rules[0]
    assert (rule.limit.key, rule.limit.default, rule.limit.unit) == ("back.limit", 0.6, "")
    assert (rule.leave.key, rule.leave.default) == ("back.leave", 0.75)
    assert (rule.direction, rule.phase) == (Direction.BELOW, None)
    assert rule.direction.sign == -1


SECOND_RULE = f"""
[[rules]]
id = "ID"
name = "N"
measure = "MEASURE"
direction = "above"
reason = "R"
say = "S"
good_again = "G"
limit_deg = {number(35)}
leave_deg = {number(28)}
dwell_s = {number(0.7, "s")}
leave_dwell_s = {number(0.4, "s")}
"""


def second_rule(rule_id: str = "knee", measure: str = "knee_flexion_deg") -> str:
    """Another rule."""
    return SECOND_RULE.replace("ID", rule_id).replace("MEASURE", measure)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            whole(rule=f"dwell = {number(1)}"),
            ['rules[0]: unknown key "dwell". Did you mean "dwell_s"?'],
            id="unknown key",
        ),
        pytest.param(whole(top="colour = 3"), ["top level: unknown key"], id="unknown key at the top"),
        pytest.param(
            whole(hold="targets = 3"),
            ['hold: unknown key "targets". Did you mean "target_s"?'],
            id="unknown key in hold",
        ),
        pytest.param(
            whole().replace('unit = "s", why', 'units = "s", why', 1),
            ['rules[0].dwell_s: unknown key "units". Did you mean "unit"?'],
            id="unknown key in a number",
        ),
        pytest.param(
            whole().replace("what = ", "waht = "),
            ['phases.bend: unknown key "waht". Did you mean "what"?'],
            id="unknown key in a phase",
        ),
        pytest.param(
            whole().replace(f"limit_deg = {number(35)}", ""), ['rules[0]: "limit_deg" is missing'], id="a missing limit"
        ),
        pytest.param(
            whole().replace("spine_flexion_deg", "spine_flexion"),
            ['rules[0].measure: unknown measure "spine_flexion". Did you mean "spine_flexion_deg"?'],
            id="unknown measure",
        ),
        pytest.param(
            whole().replace("trunk_inclination_deg", "hip_share"),
            ['phases.bend.measure: unknown measure in degrees "hip_share". Did you mean "hip_hinge_deg"?'],
            id="a phase on a share",
        ),
        pytest.param(
            whole().replace('"spine_flexion_deg"', '"hip_share"'),
            [
                'rules[0]: unknown key "limit_deg". Did you mean "limit"?',
                'rules[0]: unknown key "leave_deg". Did you mean "leave"?',
                'rules[0].leave: unit must be "", as the key says, not "deg"',
                'rules[0].limit: unit must be "", as the key says, not "deg"',
            ],
            id="degrees for a share",
        ),
        pytest.param(
            whole().replace('"side"', '"sideways"'),
            ['view: unknown view "sideways". Did you mean "side"?'],
            id="unknown view",
        ),
        pytest.param(
            whole().replace('"standing"', '"stand"'),
            ['position: unknown position "stand". Did you mean "standing"?'],
            id="unknown position",
        ),
        pytest.param(
            whole().replace('direction = "above"\nphase', 'direction = "abov"\nphase'),
            ['rules[0].direction: unknown direction "abov". Did you mean "above"?'],
            id="unknown direction",
        ),
        pytest.param(
            whole().replace('phase = "bend"\nreason', 'phase = "bent"\nreason'),
            ['rules[0]: unknown phase "bent". Did you mean "bend"?'],
            id="unknown phase of a rule",
        ),
        pytest.param(
            whole().replace('phase = "bend"\ntarget', 'phase = "bent"\ntarget'),
            ['hold: unknown phase "bent". Did you mean "bend"?'],
            id="unknown phase of the hold",
        ),
        pytest.param(
            re.sub(r"\[phases.bend\].*?(?=\[\[rules)", "", whole(), flags=re.DOTALL),
            ['top level: "phases" is missing: rules[0] and hold speak of one'],
            id="no phases at all",
        ),
        pytest.param(
            whole().replace("default = 28", "default = 45"),
            ["rules[0]: leave_deg 45 must not be above limit_deg 35"],
            id="leave on the wrong side",
        ),
        pytest.param(
            whole().replace("default = 15", "default = 25"),
            ["phases.bend: leave_deg 25 must not be above from_deg 20"],
            id="a phase's leave on the wrong side",
        ),
        pytest.param(
            whole().replace("default = 30,", "default = 130,"),
            ["hold.target_s: default 130 is outside 0..100"],
            id="default out of range",
        ),
        pytest.param(
            whole().replace("default = 30, low = 0", "default = 30, low = 200"),
            ["hold.target_s: low 200 is above high 100.0".replace(".0", "")],
            id="an empty range",
        ),
        pytest.param(
            whole().replace('step = 1, unit = "s"', 'step = 0, unit = "s"', 1),
            ["rules[0].dwell_s: step must be above 0"],
            id="no step",
        ),
        pytest.param(
            whole().replace('unit = "s"', 'unit = "ms"', 1),
            ['rules[0].dwell_s: unit must be "s", as the key says, not "ms"'],
            id="another unit",
        ),
        pytest.param(
            whole().replace('source = "s"', 'source = "Judgement: "', 1),
            ['phases.bend.from_deg: source must go on after "judgement:": what was it judged by?'],
            id="a source that says nothing",
        ),
        pytest.param(
            whole().replace('why = "w"', 'why = " "', 1), ["phases.bend.from_deg.why: must not be empty"], id="no why"
        ),
        pytest.param(
            whole().replace("default = 20", 'default = "20"'),
            ['phases.bend.from_deg.default: must be a number, not "20"'],
            id="a text for a number",
        ),
        pytest.param(
            whole().replace("default = 20", "default = true"),
            ["phases.bend.from_deg.default: must be a number, not true"],
            id="a truth for a number",
        ),
        pytest.param(
            whole().replace("default = 20", "default = nan"),
            ["phases.bend.from_deg.default: must be a finite number, not NaN"],
            id="not a number",
        ),
        pytest.param(
            whole().replace('name = "Mine"', "name = 7"), ["name: must be text, not 7"], id="a number for a text"
        ),
        pytest.param(whole().replace('["Bend."]', "[]"), ["steps: must not be empty"], id="no steps"),
        pytest.param(whole().replace('["Bend."]', '"Bend."'), ['steps: must be a list, not "Bend."'], id="one step"),
        pytest.param(
            whole().replace('["Bend."]', '["Bend.", ""]'), ["steps[1]: must not be empty"], id="an empty step"
        ),
        pytest.param(
            whole(top="reps = 3"),
            ["top level: needs either [hold] or [reps], not both", "reps: must be a table, not 3"],
            id="both",
        ),
        pytest.param(
            whole().partition("[hold]")[0], ["top level: needs either [hold] or [reps], and has neither"], id="neither"
        ),
        pytest.param(
            whole().replace('id = "mine"', 'id = "yours"'),
            ['top level: id "yours" must be the same as the file\'s name, "mine"'],
            id="another id",
        ),
        pytest.param(
            whole().replace('id = "back"', 'id = "My back"'),
            ["rules[0].id: must be small letters, digits and _, beginning with a letter"],
            id="a spoken id",
        ),
        pytest.param(
            whole().replace("[phases.bend]", "[phases.Bend]").replace('phase = "bend"', 'phase = "Bend"'),
            ["phases.Bend: must be small letters, digits and _, beginning with a letter"],
            id="a spoken phase",
        ),
        pytest.param(
            whole().replace('id = "back"', 'id = "view"'),
            [
                'rules[0]: id "view" is posecheck\'s own, as are breathing, coach, events, hold, judge, name, not_judged, reps, rules, safety, setup, sides, steps, view. Choose another'
            ],
            id="a rule named as ours",
        ),
        pytest.param(
            whole().replace("[phases.bend]", "[phases.hold]").replace('phase = "bend"', 'phase = "hold"'),
            [
                "phases.hold: this name is posecheck's own, as are breathing, coach, events, hold, judge, name, not_judged, reps, rules, safety, setup, sides, steps, view. Choose another"
            ],
            id="a phase named as ours",
        ),
        pytest.param(
            whole(rule=second_rule("back")), ['rules[1]: id "back" is already taken by rules[0]'], id="two of one id"
        ),
        pytest.param(
            whole(rule=second_rule("bend")),
            ['rules[1]: id "bend" is already taken by phases.bend'],
            id="a rule named as a phase",
        ),
        pytest.param(
            whole(rule=second_rule().replace('"knee"', "4")), ["rules[1].id: must be text, not 4"], id="no id"
        ),
        pytest.param(
            re.sub(r"\[\[rules\]\].*?(?=\[hold)", "", whole(top='rules = "none"'), flags=re.DOTALL),
            ['rules: must be a list, not "none"'],
            id="rules are not a list",
        ),
        pytest.param(
            re.sub(r"\[\[rules\]\].*?(?=\[hold)", "", whole(top="rules = [3]"), flags=re.DOTALL),
            ["rules[0]: must be a table, not 3"],
            id="a rule is not a table",
        ),
        pytest.param(
            re.sub(r"\[phases.bend\].*?(?=\[\[rules)", "", whole(top="phases = {bend = 3}"), flags=re.DOTALL),
            ["phases.bend: must be a table, not 3"],
            id="a phase is not a table",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, expected: list[str], write) -> None:  # type: ignore[no-untyped-def]
    """One mistake, one line: the file, the place, what is wrong and the nearest right spelling."""
    path = write(text)
    found = check(path)
    if expected == ["top level: unknown key"]:
        assert [message.partition(' "')[0] for message in found] == ["mine.toml, top level: unknown key"]
    else:
        assert list(found) == [f"mine.toml, {line}" for line in expected]
    with pytest.raises(CatalogueError) as caught:
        read_stretch(path)
    assert caught.value.mistakes == found


UNWATCHED = f"""
id = "mine"
name = "Mine"
position = "floor"
view = "none"
watch = false
setup = "Sit."
steps = ["Roll."]
breathing = ["Slowly."]
safety = "Gently."
[hold]
target_s = {number(60, "s")}
"""
BACK_IN_SIGHT = 'rules[0]: the back is seen from the side only. With view "any" that needs "oblique_ok = true"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            whole().replace('"standing"', '"lying"'),
            [
                "top level: rules[0]: lying down the floor hides the back, so no measure of it can be used",
                'top level: "not_judged" is missing or says nothing of the back',
            ],
            id="the back of somebody lying down",
        ),
        pytest.param(
            whole(top='depth = "lower_back_deg"\nnot_judged = ["Your back."]').replace('"standing"', '"lying"'),
            ["top level: rules[0] and depth: lying down the floor hides the back"],
            id="depth of a back lying down",
        ),
        pytest.param(whole().replace('"side"', '"any"'), [f"top level: {BACK_IN_SIGHT}"], id="the back from anywhere"),
        pytest.param(whole(top="oblique_ok = true").replace('"side"', '"any"'), [], id="the back while it is in sight"),
        pytest.param(
            whole(top="oblique_ok = true"),
            ['top level: "oblique_ok" has a meaning with view "any" only, not with "side"'],
            id="oblique from the side",
        ),
        pytest.param(
            whole().replace('"side"', '"none"'),
            ['top level: "watch = false" is missing: view "none" means that nothing is watched'],
            id="no camera for a watched stretch",
        ),
        pytest.param(
            whole().replace('phase = "bend"\ntarget', "target"),
            ['hold: "phase" is missing: when do the seconds count?'],
            id="a watched hold without a phase",
        ),
        pytest.param(
            whole().replace('breathing = ["Slowly."]', ""),
            ['top level: "breathing" is missing'],
            id="a hold without breath",
        ),
        pytest.param(whole(hold='repeat = "once"'), ['hold: "rest_s" is missing: repeat needs it'], id="no rest"),
        pytest.param(whole(hold='rest_s = "rest"'), ['hold: "repeat" is missing: rest_s needs it'], id="no repeat"),
        pytest.param(
            whole(hold='repeat = "onse"\nrest_s = "dwell_patent"'),
            [
                'hold.repeat: unknown shared number "onse". Did you mean "once"?',
                'hold.rest_s: unknown shared number "dwell_patent". Did you mean "dwell_patient"?',
            ],
            id="unknown shared numbers",
        ),
        pytest.param(
            whole(hold='repeat = "rest"\nrest_s = "once"'),
            [
                'hold.repeat: unit must be "", as the key says, not "s"',
                'hold.rest_s: unit must be "s", as the key says, not ""',
            ],
            id="shared numbers of another unit",
        ),
        pytest.param(
            whole(rule=second_rule(measure="lead_knee_flexion_deg")),
            ['sides: "lead" is missing: rules[1] must know which leg works'],
            id="a leg that nobody can tell",
        ),
        pytest.param(
            whole(rule=second_rule(measure="lead_knee_flexion_deg") + '[sides]\nlead = "raise"\nsay = "Other."'),
            ['sides.lead: unknown lead "raise". Did you mean "raised"?'],
            id="unknown lead",
        ),
        pytest.param(
            whole(rule='[sides]\ncamera = "near"\nsay = "Other."'),
            ['sides: "lead" is missing: camera must know which leg works'],
            id="a camera side without a lead",
        ),
        pytest.param(
            whole(rule='[sides]\nlead = "front"\ncamera = "nearby"'),
            ['sides: "say" is missing', 'sides.camera: unknown camera "nearby". Did you mean "near"?'],
            id="sides without words",
        ),
        pytest.param(
            whole().partition("[hold]")[0]
            + f"[reps]\nphase = 'bent'\ncount = {number(8, '')}\ndepth_deg = {number(50)}\nslow_s = {number(3, 's')}",
            ['reps: unknown phase "bent". Did you mean "bend"?'],
            id="repetitions of no phase",
        ),
        pytest.param(
            whole().partition("[hold]")[0]
            + f"[reps]\nphase = 'bend'\ncount = {number(8, '')}\ndepth_deg = {number(18)}\nslow_s = {number(3, 's')}",
            ['reps: depth_deg must lie above where the phase "bend" begins, 20'],
            id="repetitions that are whole at once",
        ),
        pytest.param(UNWATCHED, [], id="a timer"),
        pytest.param(
            UNWATCHED.replace('"none"', '"side"').replace("[hold]", '[sides]\nlead = "front"\nsay = "Other."\n[hold]')
            + 'phase = "bend"',
            [
                'top level: view must be "none" with watch = false, not "side"',
                'hold: "phase" has no meaning with watch = false',
                'sides: "lead" has no meaning with watch = false',
            ],
            id="a timer that looks",
        ),
        pytest.param(
            whole().replace('"side"', '"none"\nwatch = false').replace('phase = "bend"\ntarget', "target"),
            [
                'top level: "phases" has no meaning with watch = false: posecheck only keeps the time',
                'top level: "rules" has no meaning with watch = false: posecheck only keeps the time',
            ],
            id="a timer that judges",
        ),
    ],
)
def test_what_cannot_be_seen_or_does_not_fit_is_refused(text: str, expected: list[str], write) -> None:  # type: ignore[no-untyped-def]
    """Backs that are hidden, legs that nobody can tell, timers that judge: each is one line that says what is wrong."""
    found = check(write(text))
    assert len(found) == len(expected)
    for line, begins in zip(found, expected, strict=True):
        assert line.startswith(f"mine.toml, {begins}")


def test_a_timer_watches_nothing(write) -> None:  # type: ignore[no-untyped-def]
    """It has seconds and nothing else: no phase, no depth."""
    timer = read_stretch(write(UNWATCHED))
    assert timer.hold is not None
    assert (timer.watch, timer.hold.phase, timer.hold.repeat, timer.depth) == (False, None, None, "")
    assert [tunable.key for tunable in timer.tunables] == ["hold.target_s"]


def test_sides_breathing_and_the_rest_are_read(write) -> None:  # type: ignore[no-untyped-def]
    """Everything a file may say arrives in the stretch, and what it leaves out is empty."""
    text = whole(
        rule='[sides]\nlead = "front"\ncamera = "far"\nsay = "Other."', hold='repeat = "once"\nrest_s = "rest"'
    )
    stretch = read_stretch(write(text.replace("[phases", 'not_judged = ["Toes."]\n[phases', 1)))
    assert (stretch.lead, stretch.sides) == ("front", Sides("far", "Other."))
    assert (stretch.breathing, stretch.not_judged, stretch.depth) == (("Slowly.",), ("Toes.",), "hip_hinge_deg")
    plain = read_stretch(write(whole()))
    assert (plain.lead, plain.sides, plain.not_judged, plain.watch, plain.oblique_ok) == ("", None, (), True, False)


def test_a_shared_number_belongs_to_each_stretch_alone(write) -> None:  # type: ignore[no-untyped-def]
    """Named by two stretches it has one declaration, and a key of its own in each."""
    spine = {
        stretch_id: next(
            number for number in load_stretch(stretch_id).tunables if number.key == "spine_rounding.limit_deg"
        )
        for stretch_id in ("foot_on_step", "leg_lift_high")
    }
    assert spine["foot_on_step"] == spine["leg_lift_high"]
    own = read_stretch(write(whole().replace(f"limit_deg = {number(35)}", 'limit_deg = "spine_limit"')))
    (limit,) = (tunable for tunable in own.tunables if tunable.key == "back.limit_deg")
    assert limit == replace(
        spine["foot_on_step"], key="back.limit_deg", default=35.0, why=limit.why, source=limit.source
    )


def test_the_shared_numbers_are_checked_like_a_stretch(tmp_path: Path) -> None:
    """The file that comes with posecheck is right, every number in it is used, and a copy with slips is not right."""
    text = (STRETCHES / "_common.toml").read_text(encoding="utf-8")
    assert check(STRETCHES / "_common.toml") == ()
    files = "".join((STRETCHES / f"{stretch_id}.toml").read_text(encoding="utf-8") for stretch_id in SHIPPED)
    assert [name for name in re.findall(r"\[numbers\.(\w+)\]", text) if f'= "{name}"' not in files] == []
    (tmp_path / "_common.toml").write_text(text.replace("why = ", "wy = ", 1), encoding="utf-8")
    assert check(tmp_path / "_common.toml") == (
        '_common.toml, numbers.hinge_from: unknown key "wy". Did you mean "why"?',
    )
    (tmp_path / "_common.toml").write_text(text.replace("default = 20.0", "default = 2000.0", 1), encoding="utf-8")
    assert check(tmp_path / "_common.toml") == ("_common.toml, numbers.hinge_from: default 2000 is outside 5..60",)


def test_all_mistakes_are_found_at_once(write) -> None:  # type: ignore[no-untyped-def]
    """Mistakes of shape and of sense, anywhere in the file and within one rule, in one go, in order of place."""
    text = whole(rule=f"dwel_s = {number(1)}{second_rule(measure='knee')}", hold="phse = 3")
    text = (
        text.replace("default = 28", "default = 45", 1)
        .replace('"standing"', '"upright"')
        .replace("step = 1", "step = 0", 1)
    )
    assert check(write(text)) == (
        'mine.toml, hold: unknown key "phse". Did you mean "phase"?',
        "mine.toml, phases.bend.from_deg: step must be above 0",
        'mine.toml, position: unknown position "upright". Known: floor, kneeling, lying, seated, standing.',
        'mine.toml, rules[0]: unknown key "dwel_s". Did you mean "dwell_s"?',
        "mine.toml, rules[0]: leave_deg 45 must not be above limit_deg 35",
        'mine.toml, rules[1].measure: unknown measure "knee". Did you mean "knee_flexion_deg"?',
    )


def test_an_empty_file_misses_everything(write) -> None:  # type: ignore[no-untyped-def]
    """Every required key of the top level is asked for."""
    missing = re.findall(r'top level: "(\w+)" is missing', "\n".join(check(write(""))))
    assert missing == ["id", "name", "position", "view", "setup", "steps", "safety"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id = ", "mine.toml, syntax: Invalid value (at end of document)"),
        (b'id = "mine"\nname = \n', "mine.toml, syntax: Invalid value (at line 2, column 8)"),
        (b'name = "\xff"', "mine.toml, byte 8: not UTF-8 text. Save it as UTF-8"),
    ],
)
def test_a_file_that_is_not_toml(content: bytes, expected: str, tmp_path: Path) -> None:
    """It says where reading stopped."""
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    assert check(path) == (expected,)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """No such file, and a folder, are one line each."""
    assert check(tmp_path / "none.toml") == ("none.toml, file: cannot be read: No such file or directory",)
    with pytest.raises(CatalogueError, match="cannot be read: Is a directory"):
        read_stretch(tmp_path)


def test_stretches_are_found_inside_an_archive(tmp_path: Path) -> None:
    """The catalogue asks the package for its files, so it works wherever the package was installed, even zipped."""
    archive = tmp_path / "package.zip"
    root = Path(posecheck.__file__).parent
    with zipfile.ZipFile(archive, "w") as packed:
        for path in root.rglob("*"):
            if path.suffix in {".py", ".toml"}:
                packed.write(path, path.relative_to(root.parent))
    code = "from posecheck.assessment import *; print(stretch_ids(), load_stretch('hip_hinge_drill').name)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(archive)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == f"{SHIPPED} Hip hinge drill"


@pytest.mark.parametrize("stretch_id", stretch_ids())
def test_every_stretch_says_what_it_rests_on(stretch_id: str) -> None:
    """A study with its year and where to find it, or plainly that there is none."""
    sources = load_stretch(stretch_id).sources
    assert sources
    for source in sources:
        study = re.search(r"PMID \d+|PMC\d+|\d+:\d+", source)
        assert study or source.startswith(("the exercise itself: ", "judgement: "))
