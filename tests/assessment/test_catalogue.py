"""The catalogue: strict about files, and exact about what is wrong with them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import posecheck
from posecheck import assessment
from posecheck.assessment import check, load_stretch, read_stretch, stretch_ids
from posecheck.assessment.stretch import Direction
from posecheck.errors import CatalogueError, UsageError
from posecheck.records import QUANTITY_NAMES
from posecheck.tunables import Profile, Tunable

STRETCHES = Path(assessment.__file__).parent / "stretches"
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


def test_the_stretches_that_come_with_posecheck() -> None:
    """Both are there, by their ids, in order."""
    assert SHIPPED == ("hip_hinge_drill", "standing_forward_fold")


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
        assert direction.sign * (enter.default - leave.default) >= 5
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
        pytest.param(whole(top="breath = 3"), ["top level: unknown key"], id="unknown key at the top"),
        pytest.param(
            whole(hold="targets = 3"),
            ['hold: unknown key "targets". Did you mean "target_s"?'],
            id="unknown key in hold",
        ),
        pytest.param(
            whole().replace('unit = "s", why', 'units = "s", why', 1),
            ['rules[0].dwell_s: "unit" is missing', 'rules[0].dwell_s: unknown key "units". Did you mean "unit"?'],
            id="unknown key in a number",
        ),
        pytest.param(
            whole().replace("what = ", "waht = "),
            ['phases.bend: "what" is missing', 'phases.bend: unknown key "waht". Did you mean "what"?'],
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
                'rules[0]: "limit" is missing',
                'rules[0]: "leave" is missing',
                'rules[0]: unknown key "limit_deg". Did you mean "limit"?',
                'rules[0]: unknown key "leave_deg". Did you mean "leave"?',
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
            ['hold: no phase "bend" here', 'rules[0]: no phase "bend" here'],
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
                'rules[0]: id "view" is posecheck\'s own, as are coach, events, hold, judge, name, reps, rules, safety, setup, steps, view. Choose another'
            ],
            id="a rule named as ours",
        ),
        pytest.param(
            whole().replace("[phases.bend]", "[phases.hold]").replace('phase = "bend"', 'phase = "hold"'),
            [
                "phases.hold: this name is posecheck's own, as are coach, events, hold, judge, name, reps, rules, safety, setup, steps, view. Choose another"
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
