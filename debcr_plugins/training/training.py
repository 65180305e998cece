"""Train a network, from a configuration to a model that restores images.

Read from top to bottom: `train` opens the data and the run's folder, builds the network, hands both
to Lightning's Trainer, and measures the weights that are for use on the test images.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import lightning
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.accelerators import CPUAccelerator
from lightning.pytorch.callbacks import Callback, EarlyStopping, EMAWeightAveraging
from lightning.pytorch.loggers import Logger

from debcr_core.errors import DebcrError, UsageError, said
from debcr_core.failures import calling
from debcr_core.flow.suitability import check_model_fits
from debcr_core.notices import say
from debcr_core.plugins import Plugins
from debcr_core.recipe import PARTS, Recipe
from debcr_core.torch_model import TorchModel
from debcr_core.trained import TrainedModel, load_trained
from debcr_plugins.pairs.held_out import opened
from debcr_plugins.pairs.opening import Data
from debcr_plugins.training.batches import training_batches, validation_images
from debcr_plugins.training.card import card_of
from debcr_plugins.training.checkpoints import KeepLastAndBest, WholeCheckpoints
from debcr_plugins.training.config import TrainingConfig
from debcr_plugins.training.environment import environment
from debcr_plugins.training.exporting import export
from debcr_plugins.training.fresh.patches import FreshPatches
from debcr_plugins.training.fresh.picture import draw_patches
from debcr_plugins.training.history import History
from debcr_plugins.training.module import Restorer
from debcr_plugins.training.monitoring import Monitor, monitor_of
from debcr_plugins.training.parts import loss_of, network_of, recipe_of
from debcr_plugins.training.patches_of_run import patches_of
from debcr_plugins.training.pictures import Pictures
from debcr_plugins.training.precision import FULL, check_not_emulated, suited_to_machine
from debcr_plugins.training.progress import Bar, Split, progress
from debcr_plugins.training.resuming import has_ended
from debcr_plugins.training.run_folder import RunFolder, is_helper
from debcr_plugins.training.starting import start_from
from debcr_plugins.training.tensorboard import TensorBoard
from debcr_plugins.training.testing import measure_test_images
from debcr_plugins.training.validation import Validation


def train(
    config: TrainingConfig, folder: Path, plugins: Plugins, *, resume: bool = False
) -> TrainedModel:
    """Train a network.

    Parameters
    ----------
    config : TrainingConfig
        The whole run.
    folder : Path
        Where it keeps what it makes (see `RunFolder`); must not exist, unless it is resumed.
    plugins : Plugins
        Where components are found.
    resume : bool
        Go on from the last checkpoint. The weights are in the end the same, bit by bit on a CPU,
        as if the run had never been interrupted.

    Returns
    -------
    TrainedModel
        The weights that are for use, with what was measured on the test images on its card.

    Raises
    ------
    DebcrError
        If the data, the configuration or the run's folder cannot be used, or the loss is NaN.
    """
    if not resume:
        config = suited_to_machine(config)
    recipe, loss = recipe_of(config, plugins), loss_of(config, plugins)
    model = network_of(recipe)
    _check_patches(config, model)
    data = opened(config.data, config.degrade, recipe, plugins)
    for each in (*data.train, *data.validation, *data.test):
        check_model_fits(each.pair.input, model.name, model.signature)
    patches = patches_of(config, data, recipe)
    run = RunFolder(folder)
    card = card_of(config, data)
    monitor = monitor_of(config, data.validation, plugins)
    weights = config.stopping.weights
    export_with = partial(export, run, weights, recipe, plugins=plugins)
    trainer = _trainer(config, run, data, monitor, partial(export_with, card=card))
    batches = training_batches(patches, config, trainer)
    epochs = config.stopping.epochs
    steps = len(batches) * epochs
    validation = Validation(data.validation, recipe, monitor)
    innermost = isinstance(trainer.accelerator, CPUAccelerator) or config.machine.precision != FULL
    restorer = Restorer(
        model, loss, config.optimizer, config.seed, validation, steps, innermost, epochs
    )
    # What does not suit the network is refused before there is a run.
    restorer.configure_optimizers()
    if config.init and not resume:
        start_from(config.init, restorer.network, model.name, plugins)
    ended = resume and has_ended(run, config, data.record())
    if resume and not ended:
        check_not_emulated(run, config.machine)
    if not resume:
        _say_if_not_publishable(recipe, model)
        parts = {kind: getattr(recipe, kind) for kind in PARTS} | {"loss": loss}
        if monitor.metric is not None:
            parts["monitor"] = monitor.metric
        run.make(config, data.record(), environment(parts, plugins))
    if isinstance(patches, FreshPatches) and not is_helper() and not run.patches.exists():
        draw_patches(patches, run.patches)
    with run.held():
        if not ended:
            with _interrupts_raised(trainer):
                trainer.fit(
                    restorer,
                    batches,
                    validation_images(len(data.validation), trainer),
                    ckpt_path=run.last if resume and run.last.exists() else None,
                    weights_only=True,
                )
        if trainer.is_global_zero:
            export_with(card)
            figures = measure_test_images(run, config, data, plugins)
            export_with(card.model_copy(update={"figures": figures}))
        trainer.strategy.barrier()
    return load_trained(run.model, plugins)


def _check_patches(config: TrainingConfig, model: TorchModel) -> None:
    """Refuse patches of a size that the network does not accept."""
    seen = model.signature
    sizes = config.patches.shape(seen.axes)
    for size, least, step in zip(sizes, seen.min_size, seen.stride, strict=True):
        if size < least or size % step:
            raise UsageError(
                f"Patches of {'×'.join(map(str, sizes))} pixels do not suit the model "
                f'"{model.name}": sizes must be multiples of {step}, and {least} at least.'
            )


def _say_if_not_publishable(recipe: Recipe, model: TorchModel) -> None:
    """Say before training, not after it, that the normalizer keeps it from being published."""
    try:
        with calling(recipe.normalizer):
            recipe.normalizer.published(f"c{model.signature.spatial_axes}")
    except DebcrError as error:
        say(f"{error} Training goes on.", kind="not-publishable")


@contextmanager
def _interrupts_raised(trainer: lightning.Trainer) -> Iterator[None]:
    """Raise an interrupt as such, where Lightning ends the program."""
    try:
        yield
    except SystemExit:
        if trainer.interrupted:
            raise KeyboardInterrupt from None
        raise


def _trainer(
    config: TrainingConfig,
    run: RunFolder,
    data: Data,
    monitor: Monitor,
    export_model: Callable[[], None],
) -> lightning.Trainer:
    """Return Lightning's Trainer, told to do nothing behind our back."""
    _quieten()
    try:
        return _told_trainer(config, run, data, monitor, export_model)
    except MisconfigurationException as error:
        raise UsageError(
            f"The section machine does not suit this computer: {said(error)}"
        ) from error


def _told_trainer(
    config: TrainingConfig,
    run: RunFolder,
    data: Data,
    monitor: Monitor,
    export_model: Callable[[], None],
) -> lightning.Trainer:
    machine = config.machine
    shown = progress(monitor)
    return lightning.Trainer(
        default_root_dir=run.root,
        accelerator=machine.accelerator,
        devices=machine.devices,
        num_nodes=machine.nodes,
        precision=machine.precision,
        max_epochs=config.stopping.epochs,
        gradient_clip_val=config.optimizer.clip_gradient,
        callbacks=[Split(data), shown, *_callbacks(config, run, monitor, export_model)],
        enable_progress_bar=isinstance(shown, Bar),
        plugins=[WholeCheckpoints()],
        logger=_loggers(config, run),
        deterministic="warn",
        benchmark=False,
        use_distributed_sampler=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
    )


def _callbacks(
    config: TrainingConfig, run: RunFolder, monitor: Monitor, export_model: Callable[[], None]
) -> list[Callback]:
    """Return them in the order in which they must see the end of an epoch."""
    callbacks: list[Callback] = [Pictures(run, config.pictures)]
    if config.optimizer.average is not None:
        # It puts the averaged weights in place while validation and pictures need them.
        callbacks.append(EMAWeightAveraging(decay=config.optimizer.average))
    if config.stopping.patience is not None:
        callbacks.append(
            EarlyStopping(
                monitor.column,
                mode=monitor.mode,
                patience=config.stopping.patience,
                min_delta=config.stopping.least_gain,
                # After the validation, and so before the checkpoint.
                check_on_train_epoch_end=False,
            )
        )
    # The checkpoint holds what the others know.
    return [*callbacks, History(run, monitor), KeepLastAndBest(run, export_model, config, monitor)]


def _loggers(config: TrainingConfig, run: RunFolder) -> list[Logger]:
    if not config.tensorboard:
        return []
    try:
        return [TensorBoard(run.root, name="", version="tensorboard")]
    except ModuleNotFoundError:
        raise UsageError(
            'tensorboard is not installed: pip install "debcr-zoo[tensorboard]".'
        ) from None


def _quieten() -> None:
    """Keep Lightning's remarks for developers from the user."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
