"""A coach labels a few recordings, finds the limit that fits, looks at it, and uses it."""

from __future__ import annotations

import html
import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from posecheck.assessment.catalogue.stretch_files import load_stretch
from posecheck.assessment.messages import Messages, blanks
from posecheck.outputs.recording import RecordingWriter
from posecheck.pipeline.session import default_profile
from posecheck.reasons import Reason, Value
from posecheck.records import Origin
from posecheck.tuning.labels import Interval, Labels, Truth, labels_path, write_labels
from posecheck.tuning.provenance import packed, reasons_of
from tests.journeys.command import posecheck, process, refused
from tests.shared import made_once
from tests.stick_figure import stick_figure

FOLD = load_stretch("standing_forward_fold")
RULE = "knee_bend"
FPS = 5.0
#: Somebody whose knees are soft, which is well with this coach, and now and then truly bent: two times in 40 s.
SOFT_DEG, BENT_DEG = 27.0, 38.0
BENT_S = ((10.0, 14.0), (24.0, 28.0))
LONG_S = 40.0


def record(folder: Path, person: str) -> Path:
    """A recording of a person with labels beside it."""
    path = folder / f"{person}.jsonl"
    soft, bent = (
        stick_figure(trunk_inclination_deg=55.0, knee_flexion_deg=knee_deg).sighting(0.0, with_back=False)
        for knee_deg in (SOFT_DEG, BENT_DEG)
    )
    writer = RecordingWriter(path, Origin("0", f"{person}.mp4", FOLD.id, "0", default_profile(FOLD).origins()))
    for i in range(round(LONG_S * FPS)):
        t_s = i / FPS
        figure = bent if any(start_s <= t_s < end_s for start_s, end_s in BENT_S) else soft
        writer.write(replace(figure, t_s=t_s, index=i))
    writer.close("complete")
    edges = [0.0, *(edge for pair in BENT_S for edge in pair), LONG_S]
    intervals = tuple(
        Interval(start_s, end_s, RULE, Truth.WARN if k % 2 else Truth.GOOD, person, "coach")
        for k, (start_s, end_s) in enumerate(itertools.pairwise(edges))
    )
    write_labels(labels_path(path), Labels(f"{person}.mp4", FOLD.id, intervals))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six labelled recordings, and a profile found on them with its report: a copy, for other profiles to come."""

    def make(out: Path) -> None:
        for name in ("ada", "ben", "cem", "dora", "eva", "fay"):
            record(out, name)
        done = process(
            "tune", "search", ".", "-o", "mine.toml", "--report", "mine.html", "--jobs", "2", "--keys",
            f"{RULE}.limit_deg", cwd=out,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Not enough evidence" not in done.stdout

    tuned = made_once(tmp_path_factory, "tuned", make)
    return shutil.copytree(tuned, tmp_path_factory.mktemp("coach"), dirs_exist_ok=True)


def test_the_limit_that_fits_is_found_and_used_at_once(folder: Path) -> None:
    """From labels to a profile to a replay with it: the false alarm of the defaults is gone, the faults stay."""
    numbers = dict(re.findall(r"^(\w+_deg) = (\S+)$", (folder / "mine.toml").read_text(encoding="utf-8"), re.MULTILINE))
    assert SOFT_DEG - 3.0 < float(numbers["limit_deg"]) < BENT_DEG
    plain = posecheck("replay", "ada.jsonl", cwd=folder)
    tuned = posecheck("replay", "ada.jsonl", "--profile", "mine.toml", cwd=folder)
    assert tuned.returncode == 0, tuned.stderr
    assert "Against the numbers" not in plain.stdout
    assert "Against the numbers it was recorded with" in tuned.stdout
    assert tuned.stdout.count("gained") == 1
    assert tuned.stdout.count("moved") == 1


def test_the_score_of_both_is_shown(folder: Path) -> None:
    """The defaults warn all the time; the profile hits every fault without a false alarm."""
    before = posecheck("tune", "score", ".", cwd=folder)
    after = posecheck("tune", "score", ".", "--profile", "mine.toml", cwd=folder)
    assert before.returncode == after.returncode == 0, before.stderr + after.stderr
    assert re.search(r"false alarms +6 ", before.stdout)
    assert re.search(r"false alarms +0 ", after.stdout)
    assert re.search(r"hits +12 ", after.stdout)
    assert "AUC of knee_flexion_deg, by frame" in after.stdout
    assert re.search(r"coach +posecheck +0\.\d", after.stdout)


def test_a_profile_says_where_it_comes_from(folder: Path) -> None:
    """`show` names clips, raters and score; `check` notices that a clip has changed; `diff` tells two apart."""
    shown = posecheck("profile", "show", "mine.toml", cwd=folder)
    assert shown.returncode == 0, shown.stderr
    for words in ("leave one person out, 6 people", "ada.jsonl", "labelled by coach", "sought", f"{RULE}.limit_deg"):
        assert words in shown.stdout
    checked = posecheck("profile", "check", "mine.toml", cwd=folder)
    assert "in order, 2 numbers." in checked.stdout
    (folder / "other.toml").write_text("[spine_rounding]\nlimit_deg = 30\n", encoding="utf-8")
    told = posecheck("profile", "diff", "mine.toml", "other.toml", cwd=folder)
    assert "spine_rounding.limit_deg" in told.stdout
    assert f"{RULE}.limit_deg" in told.stdout
    moved = (folder / "mine.toml").read_text(encoding="utf-8").replace('file = "ada.jsonl"', 'file = "gone.jsonl"')
    (folder / "moved.toml").write_text(moved, encoding="utf-8")
    assert "gone.jsonl is not here any more." in posecheck("profile", "check", "moved.toml", cwd=folder).stdout
    german = posecheck("profile", "show", "moved.toml", "--lang", "de", cwd=folder).stdout
    for words in (
        "jedes Mal ein Mensch ausgelassen, 6",
        "beschriftet von coach",
        "gesucht",
        "gone.jsonl ist nicht mehr",
    ):
        assert words in german


def test_the_report_asks_for_nothing(folder: Path) -> None:
    """One file without script, link or request, with every clip in it."""
    text = (folder / "mine.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"<script|<link|https?://|url\((?!#)|@import", text)
    assert all(f"{name}.mp4" in text for name in ("ada", "fay"))
    assert 'class="band"' in text


def test_tables_and_report_are_in_the_language_asked_for(folder: Path, tmp_path: Path) -> None:
    """With --lang de neither the tables of score and search nor the report has an English sentence or heading left."""
    scored = posecheck("tune", "score", str(folder), "--lang", "de", cwd=tmp_path)
    assert scored.returncode == 0, scored.stderr
    for words in (
        "6 Personen, als gut bewertet",
        "Fehlalarme je Minute",
        "Trefferquote",
        "mit wem",
        "Nach Ereignissen:",
    ):
        assert words in scored.stdout
    found = posecheck(
        "tune", "search", str(folder), "--jobs", "1", "--trials", "12", "--report", "neu.html", "--lang", "de",
        "--set", "tuning.min_people=9", "--objective", "f1 at false_alarms_per_min<=0.2", "--keys",
        f"{RULE}.limit_deg", cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    for words in (
        "Gesucht: f1 at false",
        "Nicht genug Belege:",
        "Zu wenige Personen: 6, mindestens 9",
        "Vorgabe",
        "Bericht",
    ):
        assert words in found.stdout
    text = (tmp_path / "neu.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in text
    assert "<h1>Abstimmung: Vorbeuge im Stehen</h1>" in text
    english = Messages.load("en")
    german = Messages.load("de")
    shown = html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", "\n", text, flags=re.DOTALL)).splitlines()
    for key, sentence in english.texts.items():
        if key.startswith("tune.") and sentence != german.texts[key]:
            assert sentence not in shown, key
    assert german.text("tune.counted") in shown


def test_a_doubt_kept_in_a_profile_is_shown_in_german() -> None:
    """A profile keeps doubts in English for its reader, and by code and values: each is shown in German."""
    english, german = Messages.load("en"), Messages.load("de")
    values: dict[str, Value] = {
        "number": 3, "least": 5, "kappa": "-0.12", "rater": "Ada B.", "other_rater": "ben.c", "number_key":
        "spine_rounding.limit_deg", "low_end": "15°", "high_end": "45°",
    }  # fmt: skip
    doubts = [key for key in english.texts if key.startswith("tune.doubt.")]
    assert len(doubts) == 11
    for key in doubts:
        given = {name: values[name] for name in blanks(english.texts[key])}
        (kept,) = reasons_of([packed(Reason(key, **given))])
        assert kept == Reason(key, **given)
        assert german.text(kept) == german.text(key, **given) != english.text(kept)


def test_two_people_are_refused_a_profile_unless_somebody_insists(tmp_path: Path) -> None:
    """Nothing is written without evidence; with --force it is, and the file says so."""
    for name in ("ada", "ben"):
        record(tmp_path, name)
    call = ("tune", "search", ".", "-o", "mine.toml", "--jobs", "1")
    refused(posecheck(*call, cwd=tmp_path), 1, r"not enough evidence .*--force")
    assert not (tmp_path / "mine.toml").exists()
    lenient = ("--set", "tuning.min_people=2", "--set", "tuning.min_faults=4", "--set", "tuning.sure_frac=0.5")
    assert "Too few" not in posecheck(*call, *lenient, cwd=tmp_path).stdout
    refused(posecheck(*call, "--set", "tuning.min_peple=2", cwd=tmp_path), 2, r"min_people")
    (tmp_path / "mine.toml").unlink(missing_ok=True)
    done = posecheck(*call, "--force", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Too few people: 2" in (tmp_path / "mine.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("search", "none"), r"No such file or folder: none"),
        (("score", "."), r"no labelled recording found"),
        (("search", ".", "--objective", "f7"), r'unknown figure "f7"'),
        (("search", ".", "--method", "guess"), r"must be one of auto, grid, random, optuna"),
        (("search", ".", "-o", "none/mine.toml"), r"no such folder: none"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_read(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    """One line with what is wrong and what to do."""
    done = posecheck("tune", *words, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert re.search(message, done.stderr)
