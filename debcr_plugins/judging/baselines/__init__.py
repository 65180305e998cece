"""Classical methods of scikit-image, as yardsticks for trained models.

Each is a frozen set of parameters with one method, `Baseline.restore`; `tuning.tune` finds the
parameters with the smallest error.
"""

from __future__ import annotations

from debcr_core.errors import UsageError, nearest
from debcr_plugins.judging.baselines.baseline import Baseline
from debcr_plugins.judging.baselines.non_local_means import NonLocalMeans
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.judging.baselines.total_variation import TotalVariation
from debcr_plugins.judging.baselines.wavelet import Wavelet

BASELINES: dict[str, type[Baseline]] = {
    kind.name: kind for kind in (RichardsonLucy, NonLocalMeans, Wavelet, TotalVariation)
}


def find_baseline(name: str) -> type[Baseline]:
    """Return the baseline of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in BASELINES:
        raise UsageError(f'There is no baseline "{name}". {nearest(name, BASELINES)}')
    return BASELINES[name]
