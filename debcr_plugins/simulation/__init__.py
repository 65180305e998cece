"""Simulated fluorescence micrographs with known truth: structures, optics, camera.

Names load on first use (`__init__.pyi` says from where), so that the command line stays quick.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
