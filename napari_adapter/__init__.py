"""DeBCR Zoo in napari: images become layers and back, forms and buttons become calls of the core.

From the console or a notebook:

>>> from napari_adapter import image_of, layers_of
>>> image = image_of(viewer.layers["noisy"])  # doctest: +SKIP
>>> for layer in layers_of(debcr_core.restore(image)):  # doctest: +SKIP
...     viewer.add_layer(layer)

Importing it brings in neither napari nor Qt.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
