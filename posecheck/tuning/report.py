"""A report of a search in one HTML file: numbers, scores, curves, every clip before and after. It asks for nothing.

It is read as it is: no script, no request. Each disagreement leads to its clip.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

import posecheck
from posecheck.assessment.catalogue.stretch import Rule, Stretch
from posecheck.assessment.messages import Messages
from posecheck.calibration import Calibrations
from posecheck.reasons import Translate
from posecheck.tunables import Profile, amount
from posecheck.tuning import score
from posecheck.tuning.charts import roc_svg, sweep_svg, timeline_svg
from posecheck.tuning.clips import Clip, Tracks
from posecheck.tuning.evaluation import Judgement, RuleScore, disagreements, judge_clips, rate
from posecheck.tuning.evidence import Evidence
from posecheck.tuning.formatting import SHOWN, figure, figure_of, people_told, plateau_told, seconds, spread
from posecheck.tuning.labels import write_whole
from posecheck.tuning.score import LEEWAY, Leeway
from posecheck.tuning.search import Found
from posecheck.tuning.space import profile_of
from posecheck.tuning.trial import TracksOf

#: More disagreements than this are counted, not listed.
_MOST_ROWS: Final = 500
_COLUMNS: Final = (
    *("number", "default", "found", "as_good", "figure", "defaults", "held_out", "interval", "rule", "who"),
    *("with_whom", "kappa", "in_common", "clip", "from", "to", "what"),
)
_text = html.escape


def write_report(
    path: Path,
    found: Found,
    clips: Sequence[Clip],
    evidence: Evidence,
    tracks_of: TracksOf = Tracks.of,
    *,
    leeway: Leeway = LEEWAY,
    language: str = "en",
) -> None:
    """Write the report of a search to `path`, in `language`, whole or not at all.

    Raises OutputError if it cannot be written, RecordingError if a recording cannot be read any more.
    """
    write_whole(path, page(found, clips, evidence, tracks_of, leeway=leeway, language=language))


def page(
    found: Found,
    clips: Sequence[Clip],
    evidence: Evidence,
    tracks_of: TracksOf = Tracks.of,
    *,
    leeway: Leeway = LEEWAY,
    language: str = "en",
) -> str:
    """The report as HTML. Raises UsageError for a language nobody knows."""
    stretch = clips[0].stretch
    translate = Messages.load(language).knowing(stretch).text
    kept = {clip.recording: tracks_of(clip.recording) for clip in clips}
    before = judge_clips(clips, _numbers({}), kept.__getitem__)
    after = judge_clips(clips, _numbers(found.setting), kept.__getitem__)
    rules = [rule for rule in stretch.rules if rule.id in found.rules]
    rated = [rate(after, rule, leeway=leeway) for rule in rules]
    shown = translate(
        "tune.sought",
        objective=str(found.objective),
        rules=", ".join(found.rules),
        settings=len(found.trials.settings),
        people=people_told(len(found.trials.people), translate),
        clips=len(clips),
    )
    headings = ("numbers", "score", "curves", "raters", "disagree", "clips", "filled")
    frame = Template((resources.files("posecheck.tuning") / "report.html").read_text(encoding="utf-8"))
    return frame.substitute(
        language=_text(language),
        title=_text(translate("tune.title", stretch=stretch.name)),
        shown=_text(shown),
        doubts=_doubts(evidence, translate),
        result=_result(found, stretch, evidence, translate),
        number_rows="".join(_number_rows(found, stretch, translate)),
        notes="".join(f"<small>{_text(translate(note))}</small><br>" for note in evidence.notes),
        score_rows="".join(_score_rows(found, translate)),
        how=_text(translate("tune.counted")),
        sweeps="".join(f'<div class="card">{sweep_svg(found, k, translate)}</div>' for k in range(len(found.axes))),
        rocs="".join(_roc(one, found, translate) for one in rated),
        rater_rows="".join(_rater_rows(rated)) or _nothing(translate("tune.nobody")),
        disagreement_rows="".join(_disagreement_rows(after, rules, leeway, translate))
        or _nothing(translate("tune.nowhere")),
        clip_cards="".join(_clip(k, *both, rules, translate) for k, both in enumerate(zip(before, after, strict=True))),
        footer=_text(translate("tune.footer", version=posecheck.__version__)),
        **{f"heading_{name}": _text(translate(f"tune.{name}")) for name in headings},
        **{f"column_{name}": _text(translate(f"tune.column.{name}")) for name in _COLUMNS},
    )


def _nothing(shown: str) -> str:
    return f'<tr><td colspan="5">{_text(shown)}</td></tr>'


def _numbers(setting: Mapping[str, float]) -> Callable[[Stretch, Calibrations | None], Profile]:
    def numbers(stretch: Stretch, calibrations: Calibrations | None) -> Profile:
        profile = profile_of(stretch, setting, calibrations)
        assert profile is not None  # only settings that a profile can hold were tried
        return profile

    return numbers


def _doubts(evidence: Evidence, translate: Translate) -> str:
    if evidence.enough:
        return ""
    items = "".join(f"<li>{_text(translate(doubt))}</li>" for doubt in evidence.doubts)
    return f'<div class="card doubt"><b>▲ {_text(translate("tune.enough_not"))}</b><ul>{items}</ul></div>'


def _key(key: str) -> str:
    """A key that may be broken between its words."""
    return f"<code>{_text(key).replace('.', '.<wbr>').replace('_', '_<wbr>')}</code>"


def _result(found: Found, stretch: Stretch, evidence: Evidence, translate: Translate) -> str:
    """What came of it, in two sentences."""
    metric = found.objective.metric
    value, low, high = score.with_interval(found.held_out)[metric]
    within = spread(low, high, metric)
    names = {rule.limit.key: translate("tune.limit_of", rule=translate(rule.name)) for rule in stretch.rules}
    if found.best == 0:
        said = translate("tune.no_change")
    else:
        said = "; ".join(
            translate(
                "tune.instead",
                what=names.get(axis.key, axis.key),
                value=amount(found.setting[axis.key], axis.unit),
                default=amount(axis.default, axis.unit),
            )
            for axis in found.axes
        )
    shown = translate(
        "tune.left_out",
        figure=translate(f"tune.figure.{metric}"),
        value=figure_of(metric, value) + (f" ({within})" if within else ""),
        default=figure_of(metric, score.with_interval(found.defaults)[metric][0]),
    )
    sure = " sure" if evidence.enough else ""
    return f'<div class="card result{sure}"><p class="big">{_text(said)}</p><p class="soft">{_text(shown)}</p></div>'


def _number_rows(found: Found, stretch: Stretch, translate: Translate) -> Iterator[str]:
    for axis, plateau in zip(found.axes, found.plateau, strict=True):
        as_good = plateau_told(plateau, axis.unit, translate)
        yield (
            f"<tr><td>{_key(axis.key)}</td><td>{amount(axis.default, axis.unit)}</td>"
            f"<td><b>{amount(found.setting[axis.key], axis.unit)}</b></td><td>{_text(as_good)}</td></tr>"
        )
    known = {tunable.key: tunable for tunable in stretch.tunables}
    for key in sorted(set(found.setting) - {axis.key for axis in found.axes}):
        tunable = known[key]
        yield (
            f"<tr><td>{_key(key)}</td><td>{amount(tunable.default, tunable.unit)}</td>"
            f"<td><b>{amount(found.setting[key], tunable.unit)}</b></td><td>{_text(translate('tune.distance'))}</td></tr>"
        )


def _score_rows(found: Found, translate: Translate) -> Iterator[str]:
    before, held_out = score.with_interval(found.defaults), score.with_interval(found.held_out)
    for name in dict.fromkeys((found.objective.metric, *SHOWN)):
        value, low, high = held_out[name]
        yield (
            f"<tr><td>{_text(translate(f'tune.figure.{name}'))}</td><td>{figure_of(name, before[name][0])}</td>"
            f"<td>{figure_of(name, value)}</td><td>{spread(low, high, name)}</td></tr>"
        )


def _roc(one: RuleScore, found: Found, translate: Translate) -> str:
    within = spread(one.roc.low, one.roc.high)
    shown = translate("tune.draw.area", area=figure(one.roc.area) + (f" ({within})" if within else ""))
    limit = found.setting.get(one.rule.limit.key, one.rule.limit.default)
    return (
        f'<div class="card"><h3>{_text(translate(one.rule.name))}: {_text(one.rule.measure)}</h3>{roc_svg(one, limit, translate)}'
        f"<small>{_text(shown)}</small></div>"
    )


def _rater_rows(rated: Sequence[RuleScore]) -> Iterator[str]:
    for one in rated:
        for (first, second), (value, common_s) in one.raters.items():
            yield (
                f"<tr><td>{_text(one.rule.id)}</td><td>{_text(first)}</td><td>{_text(second)}</td>"
                f"<td>{figure(value)}</td><td>{seconds(common_s)}</td></tr>"
            )


def _disagreement_rows(
    after: Sequence[Judgement], rules: Sequence[Rule], leeway: Leeway, translate: Translate
) -> Iterator[str]:
    found = [
        (k, one)
        for k, judgement in enumerate(after)
        for rule in rules
        for one in disagreements(judgement, rule.id, leeway=leeway)
    ]
    for k, one in found[:_MOST_ROWS]:
        yield (
            f'<tr><td><a href="#clip-{k}">{_text(one.clip)}</a></td><td>{seconds(one.start_s)}</td>'
            f"<td>{seconds(one.end_s)}</td><td>{_key(one.rule)}</td><td>{_text(translate(one.what))}</td></tr>"
        )
    if len(found) > _MOST_ROWS:
        yield _nothing(translate("tune.more", number=len(found) - _MOST_ROWS))


def _clip(k: int, before: Judgement, after: Judgement, rules: Sequence[Rule], translate: Translate) -> str:
    people, raters = ", ".join(before.clip.people), ", ".join(before.clip.labels.raters)
    shown = translate("tune.labelled", people=people, raters=raters)
    lines = "".join(timeline_svg(before, after, rule, translate) for rule in rules)
    return (
        f'<div class="card" id="clip-{k}"><h3>{_text(before.clip.name)}</h3>'
        f'<p class="soft">{_text(shown)}</p>'
        f'<div class="wide" tabindex="0" role="group" aria-label="{_text(before.clip.name)}">{lines}</div></div>'
    )
