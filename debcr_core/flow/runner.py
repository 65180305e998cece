"""What is costly, opened once and used for many images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from debcr_core.components import Normalization
from debcr_core.flow.network import OpenNetwork
from debcr_core.flow.plan import Plan
from debcr_core.flow.planning import outline_of
from debcr_core.flow.progress import Callback
from debcr_core.recipe import Recipe
from debcr_core.stopping import Stop

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr


class Runner(OpenNetwork):
    """A network with its weights on a device, ready for any number of images.

    Several threads may use it at once. Close it, or use it in a ``with`` block.

    Parameters
    ----------
    trained : TrainedModel
        Network, weights and recipe.
    device : str
        ``auto`` (a GPU where there is one), ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    backend : Backend, str, mapping or None
        What computes: ``auto`` takes the quickest that is here; ``torch``, ``onnx``…; None for the
        network's own way.
    precision : {"float32", "bfloat16"}
        What to compute in.
    predictor : Predictor, optional
        The network, where it is loaded already: that of a training, for instance.
    plugins : Plugins, optional
        Where backends are found; by default whatever is installed.
    progress : callable, optional
        Called with a `Progress` of the stage ``loading``.
    stop : Stop, optional
        Ends the loading where it is asked to.

    Attributes
    ----------
    signature : Signature
        What the network takes and gives, with the halo that was measured where it was unknown.
    device : str
        Where it computes.
    backend : str
        What computes, with its version.
    precision : str
        What it computes in.
    warnings : tuple of DebcrWarning
        What was said while it was loaded.

    Raises
    ------
    DebcrError
        If the network cannot be loaded, or not by that backend.

    Examples
    --------
    >>> import numpy as np
    >>> from debcr_core import load_model, make_image
    >>> with Runner(load_model("denoise")) as runner:
    ...     plan = runner.plan(make_image(np.eye(300, dtype=np.float32), "yx"))
    ...     corner = plan.restore({"y": slice(0, 32), "x": slice(0, 32)})
    >>> corner.shape
    (32, 32)
    """

    def plan(
        self,
        image: xr.DataArray,
        *,
        recipe: Recipe | None = None,
        fitted: Normalization | Mapping[str, Any] | None = None,
        contrast_stretch: np.dtype[Any] | None = None,
        progress: Callback | None = None,
        stop: Stop | None = None,
    ) -> Plan:
        """Settle what will be done to an image, without doing it.

        Parameters
        ----------
        image : xarray.DataArray
            As `debcr_core.image` describes. Statistics are taken of the whole of it.
        recipe : Recipe, optional
            Other normalizer, tiler or blender than the trained model's, for the same network.
        fitted : Normalization or mapping, optional
            The map to use instead of fitting one, or a plan's record (`Plan.record`).
        contrast_stretch : numpy.dtype, optional
            Stretch the result's contrast to the range of this pixel type, for looking at.
        progress, stop : callable, Stop, optional
            Told of the stage ``statistics``; ends it.

        Raises
        ------
        DebcrError
            If the image does not suit the model, with a sentence that says why.
        """
        with self.working(stop) as asked:
            outline = outline_of(self, image, recipe, fitted, contrast_stretch, progress, asked)
        return Plan(**vars(outline))
