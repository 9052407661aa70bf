"""Train the network that reads the back, score it, or see what each part of the recipe brings.

    python -m benchmarks.spine train [--people 2376] [--lifters 900] [--tune 100] [--jobs 2]
    python -m benchmarks.spine score [--people 140] [--lifters 80] [--worst JPG]
    python -m benchmarks.spine real FOLDER
    python -m benchmarks.spine ablate [--people 300] [--real FOLDER]

`train` draws the people it needs (kept in benchmarks/.cache), trains, sets the scale and the spread on people kept
apart for that, and writes models/spine_<version>.npz and its hash. `score` reads people nobody has seen and writes
benchmarks/results/spine.md, the tables of models/SPINE.md. `real` reads labelled silhouettes of real people, which you
must have: none come with posecheck. `ablate` trains small networks, each without one part of the recipe.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.spine import stills
from benchmarks.spine.population import Split

RESULTS: Final = stills.ROOT / "benchmarks" / "results"


def main() -> int:
    """Do what the command line says; 0 when done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spine", description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="from seeds to weights")
    train.add_argument("--people", type=int, default=2376, help="people to learn from (default: %(default)s)")
    train.add_argument("--lifters", type=int, default=900, help="people who lift, besides (default: %(default)s)")
    train.add_argument("--tune", type=int, default=100, help="people to set scale and spread by (default: %(default)s)")
    score = commands.add_parser("score", help="errors on people nobody has seen")
    score.add_argument("--people", type=int, default=140, help="default: %(default)s")
    score.add_argument("--hindered", type=int, default=30, help="people in unfit pictures (default: %(default)s)")
    score.add_argument("--lifters", type=int, default=80, help="people who lift (default: %(default)s)")
    score.add_argument("--worst", type=Path, metavar="JPG", help="also save the pictures that are read worst")
    real = commands.add_parser("real", help="labelled silhouettes of real people")
    real.add_argument("folder", type=Path, help="labels.csv and one .npz a clip: see benchmarks/spine/real.py")
    ablate = commands.add_parser("ablate", help="small networks, each without one part of the recipe")
    ablate.add_argument("--people", type=int, default=300, help="people to learn from (default: %(default)s)")
    ablate.add_argument("--tune", type=int, default=100, help="people to score them on (default: %(default)s)")
    ablate.add_argument("--real", type=Path, metavar="FOLDER", help="also score them on labelled silhouettes")
    for command in (train, score, real, ablate):
        command.add_argument("--jobs", type=int, default=2, help="processes that draw (default: %(default)s)")
    options = parser.parse_args()
    began = time.monotonic()
    if options.command == "train":
        from benchmarks.spine import learn  # noqa: PLC0415  torch takes seconds, and `score` does not need it

        print(learn.learn(options.people, options.lifters, options.tune, options.jobs))
    elif options.command == "ablate":
        from benchmarks.spine import ablate as parts  # noqa: PLC0415  as above

        for line in parts.table(options.people, options.tune, options.jobs, options.real):
            print(line, flush=True)
    elif options.command == "real":
        from benchmarks.spine import apart  # noqa: PLC0415
        from benchmarks.spine import real as people  # noqa: PLC0415

        seen = people.watch(options.folder)
        print(people.page(seen))
        splits: dict[str, tuple[Split, int]] = {"of every kind": ("tune", 100), "who lift": ("unseen lifters", 80)}
        kinds = {name: stills.load(split, count, options.jobs) for name, (split, count) in splits.items()}
        print("\n" + apart.page(seen, kinds))
    else:
        from benchmarks.spine import readings as reading  # noqa: PLC0415
        from benchmarks.spine import score as scoring  # noqa: PLC0415

        unseen = reading.read(stills.load("unseen", options.people, options.jobs))
        hindered = reading.read(stills.load("hindered", options.hindered, options.jobs))
        lifters = reading.read(stills.load("unseen lifters", options.lifters, options.jobs))
        page = scoring.page(unseen, hindered, lifters)
        print(page)
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "spine.md").write_text(page + "\n", encoding="utf-8")
        if options.worst is not None:
            from benchmarks.spine import gallery  # noqa: PLC0415

            gallery.save(unseen, scoring.worst(unseen, scoring.standing_bends(unseen.data), 24), options.worst)
    print(f"{(time.monotonic() - began) / 60.0:.1f} min", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
