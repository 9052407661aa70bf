"""A flag of the command line for each option of the outputs (`outputs.registry`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from posecheck.outputs import registry
from posecheck.outputs.registry import Output


def output_flags(*, before: str, in_replay: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command a flag for each option of the outputs; it gets those that are set as `outputs`, a tuple.

    In the help they stand before the parameter `before`. `in_replay` leaves out those of outputs that need a clip.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        flags = {
            _parameter_name(option): (option, _flag(output))
            for option, output in registry.options().items()
            if output.in_replay or not in_replay
        }

        @functools.wraps(command)
        def with_outputs(**given: Any) -> None:
            outputs = tuple(option for name, (option, _) in flags.items() if given.pop(name))
            command(**given, outputs=outputs)

        parameters = []
        hints = inspect.get_annotations(command, eval_str=True)
        for parameter in inspect.signature(command, eval_str=True).parameters.values():
            if parameter.name == before:
                parameters += [
                    parameter.replace(name=name, default=False, annotation=flag) for name, (_, flag) in flags.items()
                ]
            if parameter.name != "outputs":
                parameters.append(parameter)
        del hints["outputs"]
        with_outputs.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_outputs.__annotations__ = hints | {name: flag for name, (_, flag) in flags.items()}
        return with_outputs

    return decorate


def _parameter_name(option: str) -> str:
    return "output_" + option.replace("-", "_")


def _flag(output: Output) -> Any:
    needs = f" (needs the extra \\[{output.extra}])" if output.extra else ""
    return Annotated[bool, typer.Option(f"--{output.option}", help=f"{output.help}{needs}.")]
