"""Does a search find the limit that was planted, and does it say so when nobody could know it?

    python -m benchmarks.evidence [--draws 40] [--jobs 2]      as part of `python -m benchmarks.tuning`

Groups of people are drawn from many worlds (`benchmarks.planted`), each searched as `posecheck tune search` does. Told
are, by world: how often the limit found is the planted one within 3 degrees; how often the planted one lies on the
plateau; how often "not enough evidence" is said; and how near the limits are that would have been written. From the same
draws follows what `tuning.min_fit_kappa` costs and saves.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import numpy as np

from benchmarks.planted import FITS, FOLD, NEAR_DEG, NONSENSE, RULE, Draw, World, try_group
from posecheck.tuning.evidence import MIN_FIT

#: Here the answer can be known: it should be found, and "not enough" be rare.
ENOUGH: Final[Mapping[str, World]] = {
    "8 people": World(people=8),
    "12 people": World(people=12),
    "20 people": World(people=20),
    "8 people, every reading and label right": World(
        8, own_sd_deg=0.1, flipped_frac=0.0, read_sd_deg=1.0, bias_sd_deg=0.1
    ),
    "8 people, 10 % of labels flipped": World(people=8, flipped_frac=0.1),
    "12 people, 10 % of labels flipped": World(people=12, flipped_frac=0.1),
    "12 people, own limits 5° apart": World(people=12, own_sd_deg=5.0),
}
#: Here it may go either way.
HARD: Final[Mapping[str, World]] = {
    "5 people": World(people=5),
    "12 people, 20 % of labels flipped": World(people=12, flipped_frac=0.2),
    "12 people, 30 % of labels flipped": World(people=12, flipped_frac=0.3),
    "12 people, readings off by 5°, wandering by 4°": World(people=12, read_sd_deg=4.0, bias_sd_deg=5.0),
}
#: Here there is nothing to write, however clear the labels: too few people, or the default is right already.
NOTHING: Final[Mapping[str, World]] = {
    "3 people": World(people=3),
    "8 people, the default limit planted": World(people=8, limit_deg=35.0),
}
#: Here nothing can be known at all: "not enough" should be said in 95 of 100.
RANDOM: Final[Mapping[str, World]] = {
    f"{people} people, labels: {kind}": World(people=people, nonsense=kind)
    for kind in NONSENSE
    for people in (5, 8, 16)
}
WORLDS: Final = {**ENOUGH, **HARD, **NOTHING, **RANDOM}
DEFAULT_DEG: Final = next(rule.limit.default for rule in FOLD.rules if rule.id == RULE)
#: The first seed. `tuning.min_fit_kappa` was chosen with groups from seed 10000 on, which are not drawn here.
FIRST_SEED: Final = 7_000


def _draw(work: tuple[str, int]) -> tuple[str, Draw]:
    name, seed = work
    return name, try_group(WORLDS[name], seed)[1]


def drawn(draws: int, jobs: int, names: Sequence[str] = tuple(WORLDS)) -> dict[str, list[Draw]]:
    """So many groups of each world, searched."""
    out: dict[str, list[Draw]] = {name: [] for name in names}
    work = [(name, FIRST_SEED + k) for k in range(draws) for name in names]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for name, one in pool.map(_draw, work, chunksize=4):
            out[name].append(one)
    return out


def _share(flags: Sequence[bool]) -> str:
    return f"{100 * np.mean(flags):.0f} %" if flags else "–"


def _row(name: str, draws: Sequence[Draw], *, planted: bool = True) -> str:
    acted = [one for one in draws if one.enough]
    near, covered = (
        (_share([one.is_near for one in draws]), _share([one.is_covered for one in draws])) if planted else ("", "")
    )
    of_acted = f"{_share([one.is_near for one in acted])} of {len(acted)}" if planted else f"{len(acted)} written"
    return f"| {name} | {near} | {covered} | {_share([not one.enough for one in draws])} | {of_acted} |"


def table(found: Mapping[str, Sequence[Draw]]) -> Iterator[str]:
    """Everything that was drawn, as lines of Markdown."""
    per_world = len(next(iter(found.values())))
    yield f"{per_world} groups of each world; planted limits of 20 to 29 and 42 to 50 degrees unless named, default 35."
    yield ""
    yield f'| world | found within ±{NEAR_DEG:.0f}° | planted lies on the plateau | "not enough" said | within ±{NEAR_DEG:.0f}° of those written |'
    yield "|---|---:|---:|---:|---:|"
    for title, worlds in (("enough", ENOUGH), ("hard", HARD), ("nothing to write", NOTHING)):
        everything = [one for name in worlds for one in found[name]]
        yield from (_row(name, found[name]) for name in worlds)
        yield _row(f"**{title}, together**", everything)
        if worlds is ENOUGH:
            for told, is_far in (("9° or more", True), ("less than 9°", False)):
                part = [one for one in everything if (abs(one.limit_deg - DEFAULT_DEG) >= 9.0) == is_far]
                yield _row(f"of these, the default wrong by {told}", part)
    for kind in NONSENSE:
        these = [one for name, world in RANDOM.items() if world.nonsense == kind for one in found[name]]
        yield _row(f"random labels, {kind}: 5, 8, 16 people", these, planted=False)
    yield _row("**random labels, together**", [one for name in RANDOM for one in found[name]], planted=False)
    yield ""
    yield f"What `{MIN_FIT.key}` ({MIN_FIT.default:g} by default) saves and costs, of the same draws:"
    yield ""
    yield '| at least | random labels believed | "not enough" where it is enough | where it is hard | of those written (enough and hard), off by more than 5° |'
    yield "|---:|---:|---:|---:|---:|"
    for k, fit in enumerate(FITS):
        nonsense, enough, hard = ([one for name in worlds for one in found[name]] for worlds in (RANDOM, ENOUGH, HARD))
        written = [one for one in (*enough, *hard) if one.enough_at[k]]
        far = _share([abs(one.found_deg - one.limit_deg) > 5.0 for one in written])
        believed = sum(one.enough_at[k] for one in nonsense)
        yield (
            f"| {fit:g} | {believed} of {len(nonsense)} | {_share([not one.enough_at[k] for one in enough])} "
            f"| {_share([not one.enough_at[k] for one in hard])} | {far} of {len(written)} |"
        )


def main() -> None:
    """Draw, search, print."""
    parser = argparse.ArgumentParser(description="Is a planted limit found, and nonsense refused?")
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    print("\n".join(table(drawn(asked.draws, asked.jobs))))


if __name__ == "__main__":
    main()
