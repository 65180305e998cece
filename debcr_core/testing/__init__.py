"""The conformance kit: what a component of each kind must hold, as tests to inherit.

In a plugin's tests, collected by pytest:

>>> from debcr_core.testing import LossTests
>>> class TestMine(LossTests):
...     component = MyLoss  # doctest: +SKIP

`check_distribution`, and ``debcr check DISTRIBUTION``, run the same on all that an installed
distribution offers. pytest is not needed for that.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
