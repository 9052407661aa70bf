"""Build models/pose_landmarker_full.task from the wheel of mediapipe 0.10.21.

The wheel carries BlazePose's two TFLite networks (Apache-2.0). The Tasks API of newer mediapipe wants them in
one bundle, and in each a metadata block that tells how pixels become numbers. This script adds the block and
zips the two, stored, with fixed dates: the same wheel always gives the same bytes.

    pip download --no-deps mediapipe==0.10.21 --dest /tmp/wheel --python-version 3.11 --only-binary :all:
    python models/build_pose_landmarker.py /tmp/wheel/mediapipe-0.10.21-*.whl

It writes the bundle beside itself, compares its SHA-256 with manifest.toml and says if they differ.
Needs mediapipe 0.10.31 (for the schema classes) and flatbuffers, both of posecheck's own environment.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
from mediapipe.tasks.metadata import schema_py_generated as tflite_schema

HERE = Path(__file__).resolve().parent
BUNDLE = HERE / "pose_landmarker_full.task"

#: (file inside the wheel, name inside the bundle, mean, std): a pixel p of 0..255 enters as (p - mean) / std.
NETWORKS = (
    ("mediapipe/modules/pose_detection/pose_detection.tflite", "pose_detector.tflite", 127.5, 127.5),
    ("mediapipe/modules/pose_landmark/pose_landmark_full.tflite", "pose_landmarks_detector.tflite", 0.0, 255.0),
)


def add_metadata(network: bytes, mean: float, std: float) -> bytes:
    """Return the TFLite `network` with the image normalisation that the Tasks API demands written into it."""
    model: Any = tflite_schema.ModelT.InitFromObj(tflite_schema.Model.GetRootAsModel(bytearray(network), 0))
    graph = model.subgraphs[0]

    image = metadata_schema.TensorMetadataT()
    image.name = "image"
    image.content = metadata_schema.ContentT()
    image.content.contentPropertiesType = metadata_schema.ContentProperties.ImageProperties
    image.content.contentProperties = metadata_schema.ImagePropertiesT()
    image.content.contentProperties.colorSpace = metadata_schema.ColorSpaceType.RGB
    normalisation = metadata_schema.ProcessUnitT()
    normalisation.optionsType = metadata_schema.ProcessUnitOptions.NormalizationOptions
    normalisation.options = metadata_schema.NormalizationOptionsT()
    normalisation.options.mean = [mean]
    normalisation.options.std = [std]
    image.processUnits = [normalisation]

    outputs = []
    for index in graph.outputs:
        tensor = metadata_schema.TensorMetadataT()
        tensor.name = graph.tensors[index].name.decode()
        outputs.append(tensor)

    described = metadata_schema.SubGraphMetadataT()
    described.inputTensorMetadata = [image]
    described.outputTensorMetadata = outputs
    root = metadata_schema.ModelMetadataT()
    root.name = "pose"
    root.subgraphMetadata = [described]
    packed = flatbuffers.Builder(0)
    packed.Finish(root.Pack(packed), b"M001")

    buffer = tflite_schema.BufferT()
    buffer.data = packed.Output()
    model.buffers.append(buffer)
    entry = tflite_schema.MetadataT()
    entry.name = "TFLITE_METADATA"
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    whole = flatbuffers.Builder(0)
    whole.Finish(model.Pack(whole), b"TFL3")
    return bytes(whole.Output())


def build(wheel: Path, bundle: Path) -> str:
    """Write `bundle` from the networks in `wheel`; return its SHA-256 in hexadecimal."""
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as target:
        for inside, name, mean, std in NETWORKS:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            target.writestr(entry, add_metadata(source.read(inside), mean, std))
    return hashlib.sha256(bundle.read_bytes()).hexdigest()


def main() -> int:
    """Build, compare with the manifest, say what happened; 0 when the bytes are the known ones."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("wheel", type=Path, help="mediapipe-0.10.21-*.whl")
    parser.add_argument("-o", "--output", type=Path, default=BUNDLE, help="where to write (default: %(default)s)")
    options = parser.parse_args()
    digest = build(options.wheel, options.output)
    known = tomllib.loads((HERE / "manifest.toml").read_text())["models"]["pose_landmarker_full.task"]["sha256"]
    print(
        f"{options.output}  sha256 {digest}  {'as in manifest.toml' if digest == known else 'NOT as in manifest.toml: ' + known}"
    )
    return 0 if digest == known else 1


if __name__ == "__main__":
    sys.exit(main())
