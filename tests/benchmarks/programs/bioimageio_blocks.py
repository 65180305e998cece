"""bioimageio.core restores an image by blocks: PROGRAM BUNDLE IMAGE OUT SIDE [WEIGHTS].

Images are TIFF or Zarr; it reads and writes no Zarr itself, so that a user does this. SIDE is that
of a block, its halo included.
"""

import sys
from pathlib import Path

import numpy as np
import tifffile
import zarr
from bioimageio.core import create_prediction_pipeline
from bioimageio.core.digest_spec import create_sample_for_model
from bioimageio.spec import load_model_description

bundle, source, output, side, *weights = sys.argv[1:]
image = zarr.open_array(f"{source}/0")[:] if source.endswith(".zarr") else tifffile.imread(source)
model = load_model_description(bundle, perform_io_checks=False)
name = model.inputs[0].id
shape = {
    axis.id: 1 if axis.type in ("batch", "channel") else int(side) for axis in model.inputs[0].axes
}
sample = create_sample_for_model(model, inputs={name: image[None, None].astype(np.float32)})
with create_prediction_pipeline(model, weight_format=weights[0] if weights else None) as pipeline:
    found = pipeline.predict_sample_with_fixed_blocking(sample, input_block_shape={name: shape})
(restored,) = found.members.values()
plane = np.asarray(restored.data, np.float32).squeeze()
if Path(output).suffix == ".zarr":
    zarr.create_array(output, data=plane, chunks=(256, 256))
else:
    tifffile.imwrite(output, plane)
