"""The original restores an image: original_image.py IMAGE WEIGHTS OUT tiles|whole.

As its tutorial does, with all its defaults: percentiles 0.1 and 99.9, patches of 128×128 that
overlap by half, batches of 32, a Hann window. With "whole" its network sees the image
at once instead.
"""

import sys

import debcr

source, weights, output, way = sys.argv[1:5]
low = debcr.data.normalize(debcr.data.load(source)[None])
if way == "whole":
    model = debcr.model.init(weights, input_size=low.shape[1])
    restored = debcr.model.predict(model, low)[None]
else:
    model = debcr.model.init(weights)
    _, counts = debcr.data.crop(low, dry_run=True)
    patches = debcr.model.predict(model, debcr.data.crop(low))
    restored = debcr.data.stitch(patches, counts, (0.5, 0.5))
debcr.data.write(output, restored)
