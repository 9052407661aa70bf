"""The registry of outputs: what it lists can be made, and an entry is enough to be asked for and written."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from posecheck.assessment.messages import Messages, languages
from posecheck.cli.output_flags import output_flags
from posecheck.errors import UsageError
from posecheck.outputs import registry
from posecheck.outputs.base import ClosingSink, Sink
from posecheck.outputs.context import OutputContext
from posecheck.outputs.registry import Output, Stage
from posecheck.pipeline.output_options import OutputOptions
from tests.outputs import people

TELL = Messages.load("en").text
CONTEXT = OutputContext(people.ORIGIN, title="Clip", stretch_name="Fold", translate=TELL)


class Tally(ClosingSink):
    """Writes how many frames there were."""

    def __init__(self, path: Path, context: OutputContext) -> None:
        self.path, self.title, self.frames = path, context.title, 0

    def close(self, ending: str) -> None:
        self.path.write_text(f"{self.title} {ending}", encoding="utf-8")


TALLY = Output("tally", "tally.txt", Tally, option="tally", help="Count the frames")


@pytest.mark.parametrize("output", registry.OUTPUTS, ids=lambda output: output.file)
def test_every_output_of_the_registry_can_be_made(output: Output, tmp_path: Path) -> None:
    """Each is imported by its name, made with the path of its file, and closed."""
    output.require(tmp_path)
    sink: Sink = output.make(tmp_path, CONTEXT)
    sink.close("complete")


def test_every_output_of_the_registry_has_a_label_in_every_language() -> None:
    """Those of a program's own are listed by their name."""
    for language in languages():
        texts = Messages.load(language).texts
        assert {f"terminal.file.{output.name}" for output in registry.OUTPUTS} <= texts.keys()


def test_files_and_options_are_told_apart() -> None:
    """No two outputs write one file; each option says what it does."""
    files = [output.file for output in registry.OUTPUTS]
    assert len(set(files)) == len(files)
    assert all(output.help for output in registry.options().values())


def test_without_an_option_only_what_is_always_written_is_chosen_in_order_of_stages() -> None:
    """The recording comes first, the report last; a replay writes no recording."""
    always = [output.name for output in registry.chosen(())]
    assert always == ["recording", "measures", "events", "summary", "report"]
    assert [output.name for output in registry.chosen((), in_replay=True)] == always[1:]
    assert [output.file for output in registry.chosen({"mp4", "opensim"}) if output.option] == [
        "annotated.mp4",
        "landmarks.trc",
        "angles.mot",
    ]


def test_an_option_that_no_output_has_is_refused() -> None:
    """By name, with those there are."""
    with pytest.raises(ValueError, match="'tally'; there are mp4, opensim, parquet, video"):
        registry.chosen({"tally"})
    with pytest.raises(UsageError, match="no output tally"):
        OutputOptions(outputs=("tally",))


def test_an_entry_is_enough_to_be_chosen_and_to_have_a_flag(tmp_path: Path) -> None:
    """Inside `registered` it is an output like any other; afterwards it is gone."""
    with registry.registered(TALLY):
        assert TALLY in registry.chosen(OutputOptions(outputs=("tally",)).outputs)
        asked: list[tuple[str, ...]] = []

        @output_flags(before="lang")
        def command(lang: str = "en", *, outputs: tuple[str, ...]) -> None:
            assert lang == "de"
            asked.append(outputs)

        names = list(inspect.signature(command).parameters)
        assert names[-1] == "lang"
        assert "output_tally" in names
        flags = dict.fromkeys(names[:-1], False)
        command(**{**flags, "output_tally": True, "output_parquet": True}, lang="de")
        assert asked == [("parquet", "tally")]
        with pytest.raises(ValueError, match=r"writes tally\.txt already"), registry.registered(TALLY):
            pass
    assert "tally" not in registry.options()
    TALLY.make(tmp_path, CONTEXT).close("complete")
    assert (tmp_path / "tally.txt").read_text(encoding="utf-8") == "Clip complete"
    assert TALLY.stage is Stage.TABLES
