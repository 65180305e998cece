"""DeBCR Zoo's core: component contracts, recipes and the one data flow.

>>> import debcr_core
>>> restored = debcr_core.restore("cells.tif", "denoise")  # doctest: +SKIP

Importing it brings in no torch, no file format library and no plugin: names load on first use
(`__init__.pyi` says from where), so that ``debcr --help`` stays quick.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
