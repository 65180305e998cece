"""Optimizer, schedule and monitored figure of a run: any of PyTorch's, any metric."""

from __future__ import annotations

import csv

import pytest
import torch
from safetensors.torch import load_file

from debcr_core.components import Figure, Metric
from debcr_core.errors import DebcrError, UsageError
from debcr_core.hookspecs import hookimpl
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_core.yaml.commented import commented_yaml
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.training.checkpoints import callback_states, load
from debcr_plugins.training.config import OptimizerConfig
from debcr_plugins.training.monitoring import Monitor
from debcr_plugins.training.optimizers import optimizer_of, optimizers, schedule_of, schedules
from debcr_plugins.training.training import train


class Farness(Metric):
    """How far an image is from its reference: less is better."""

    name = "farness"

    def measure(self, image, reference):
        return [
            Figure("pixels", float(image.size)),
            Figure("farness", float(abs(image - reference).mean()), "counts", "lower"),
        ]


class Undirected(Farness):
    """Says nothing about what is better."""

    name = "undirected"

    def measure(self, image, reference):
        return super().measure(image, reference)[:1]


class Plugin:
    @staticmethod
    @hookimpl
    def debcr_metrics():
        return [Farness, Undirected]


@pytest.fixture(scope="module")
def with_metrics():
    plugins = Plugins.discover()
    plugins.register(Plugin, name="lab")
    return plugins


def rows_of(run):
    with run.joinpath("metrics.csv").open() as file:
        return list(csv.DictReader(file))


WEIGHTS = [torch.nn.Parameter(torch.ones(3, 3))]
NEEDED = {
    "ConstantLR": {"total_iters": 2},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1},
    "CosineAnnealingWarmRestarts": {"T_0": 2},
    "ExponentialLR": {"gamma": 0.9},
    "MultiStepLR": {"milestones": [1, 2]},
    "OneCycleLR": {"max_lr": 0.1},
    "StepLR": {"step_size": 2},
}
OF_PYTHON_ALONE = {"ChainedScheduler", "LambdaLR", "MultiplicativeLR", "SequentialLR"}


@pytest.mark.parametrize("name", sorted(optimizers()))
def test_every_optimizer_of_pytorch_is_set_up_by_its_name(name):
    config = OptimizerConfig.model_validate({"name": name, "learning_rate": 0.25})
    made = optimizer_of(config, WEIGHTS)
    assert type(made).__name__ == name
    assert float(made.param_groups[0]["lr"]) == 0.25


@pytest.mark.parametrize("name", sorted(schedules().keys() - OF_PYTHON_ALONE))
def test_every_schedule_that_takes_plain_values_is_set_up_by_its_name(name):
    document = {"name": "SGD", "momentum": 0.9, "schedule": {"name": name, **NEEDED.get(name, {})}}
    config = OptimizerConfig.model_validate(document)
    told = schedule_of(config, optimizer_of(config, WEIGHTS), 40, 4, Monitor())
    assert type(told["scheduler"]).__name__ == name
    assert told["interval"] == "epoch"


def test_the_default_is_what_it_was_before_there_was_a_choice():
    made = optimizer_of(OptimizerConfig(), WEIGHTS)
    plain = torch.optim.AdamW(WEIGHTS, lr=1e-3, betas=(0.9, 0.999), weight_decay=0.0)
    assert type(made) is torch.optim.AdamW
    assert made.defaults == plain.defaults


def test_short_forms_mean_what_long_ones_do(tiny):
    short = tiny(
        optimizer="SGD momentum=0.9 nesterov=true",
        blender="hann",
        normalizer="percentile low=1 high=99",
        loss="mae",
        monitor="debcr-zoo/ssim",
    )
    assert short.optimizer == OptimizerConfig(
        name="SGD", momentum=0.9, parameters={"nesterov": True}
    )
    assert short.normalizer == {"name": "percentile", "low": 1, "high": 99}
    assert (short.blender, short.monitor) == ({"name": "hann"}, {"name": "debcr-zoo/ssim"})


def test_a_schedule_without_parameters_is_its_name_in_every_form():
    for form in ("cosine", {"name": "cosine"}):
        assert OptimizerConfig.model_validate({"schedule": form}).schedule == "cosine"


def test_a_written_configuration_is_read_as_the_same():
    config = OptimizerConfig.model_validate(
        {"name": "SGD", "nesterov": True, "momentum": 0.9, "schedule": "StepLR step_size=3"}
    )
    assert OptimizerConfig.model_validate(load_yaml(commented_yaml(config), "x")) == config


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        ({"name": "AdamV"}, 'torch.optim has no optimizer "AdamV". Did you mean "Adam'),
        (
            {"name": "SGD", "nestrov": True},
            'SGD has no parameter "nestrov". Did you mean "nesterov"',
        ),
        ({"name": "SGD", "momentum": [0.8, 0.9]}, "SGD has no pair of momenta"),
        ({"momentum": 0.9}, "AdamW has no momentum that is one number"),
        ({"schedule": "StepLr"}, 'Did you mean "StepLR"'),
        ({"schedule": "StepLR step=3"}, 'StepLR has no parameter "step"'),
        ({"schedule": "StepLR step_size=3 every=day"}, "must be epoch or step"),
        ({"schedule": "cosine power=2"}, 'the schedule "cosine" has no parameters'),
        ({"schedule": "StepLR step_size=3", "warm_up": 5}, "warm_up goes with the schedules"),
        ({"learning_rat": 1}, 'no parameter "learning_rat". Did you mean "learning_rate"'),
    ],
)
def test_slips_are_named_when_the_configuration_is_read(tiny, optimizer, words):
    with pytest.raises(UsageError) as refused:
        tiny(optimizer=optimizer)
    assert words in str(refused.value)


@pytest.mark.parametrize("optimizer", ["SGD dampening=2 nesterov=true", "Muon"])
def test_what_does_not_suit_the_network_is_refused_before_there_is_a_run(
    tiny, plugins, tmp_path, optimizer
):
    with pytest.raises(UsageError, match="cannot be set up"):
        train(tiny(optimizer=optimizer), tmp_path / "run", plugins)
    assert not (tmp_path / "run").exists()


def test_a_run_with_other_choices_goes_on_bit_by_bit(tiny, with_metrics, tmp_path):
    choices = {
        "optimizer": "RAdam learning_rate=0.0005 schedule=ReduceLROnPlateau",
        "monitor": "farness",
    }
    whole = train(tiny(**choices), tmp_path / "whole", with_metrics)
    train(tiny(**choices, stopping={"epochs": 1}), tmp_path / "run", with_metrics)
    again = train(tiny(**choices), tmp_path / "run", with_metrics, resume=True)
    found, wanted = load_file(again.weights), load_file(whole.weights)
    assert all(torch.equal(found[key], wanted[key]) for key in wanted)
    rows = rows_of(tmp_path / "run")
    assert [row["farness"] for row in rows] == [
        row["farness"] for row in rows_of(tmp_path / "whole")
    ]


def test_the_best_weights_are_those_with_the_least_of_what_should_be_low(
    tiny, with_metrics, tmp_path
):
    config = tiny(optimizer="RAdam learning_rate=0.001", monitor="lab/farness")
    train(config, tmp_path / "run", with_metrics)
    kept = callback_states(load(tmp_path / "run" / "checkpoints" / "last.ckpt"))
    found = [float(row["farness"]) for row in rows_of(tmp_path / "run")]
    assert kept["KeepLastAndBest"]["best"] == pytest.approx(min(found))
    assert kept["EarlyStopping"]["best_score"] == pytest.approx(min(found))


def test_a_schedule_moves_on_with_every_epoch_or_step(tiny, plugins, tmp_path):
    rates = {}
    for every in ("epoch", "step"):
        schedule = f"ExponentialLR gamma=0.5 every={every}"
        config = tiny(optimizer={"name": "RAdam", "schedule": schedule}, stopping={"epochs": 2})
        train(config, tmp_path / every, plugins)
        rates[every] = [float(row["learning_rate"]) for row in rows_of(tmp_path / every)]
    # Two steps an epoch.
    assert rates["epoch"][-1] / rates["epoch"][0] == 0.5
    assert rates["step"][-1] / rates["step"][0] == 0.25


def test_a_run_whose_schedule_has_its_length_keeps_its_epochs(tiny, plugins, tmp_path):
    choices = {"optimizer": {"schedule": "OneCycleLR max_lr=0.001"}}
    train(tiny(**choices, stopping={"epochs": 1}), tmp_path / "run", plugins)
    with pytest.raises(UsageError, match="OneCycleLR was laid out for 1"):
        train(tiny(**choices, stopping={"epochs": 2}), tmp_path / "run", plugins, resume=True)


def test_a_schedule_that_ends_before_the_run_is_said_in_a_sentence(tiny, plugins, tmp_path):
    schedule = "OneCycleLR max_lr=0.001 total_steps=1"
    with pytest.raises(DebcrError, match="OneCycleLR cannot go on"):
        train(tiny(optimizer={"schedule": schedule}), tmp_path / "run", plugins)


def test_a_normalizer_that_cannot_be_published_is_named_when_training_starts(
    tiny, plugins, tmp_path
):
    with listening() as heard:
        train(tiny(normalizer="mean-std", stopping={"epochs": 1}), tmp_path / "run", plugins)
    assert [each.kind for each in heard] == ["not-publishable"]
    assert '"mean-std" cannot be said in a bundle' in str(heard[0])


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("undirected", "does not say whether more or less of it is better"),
        ("nothing-of-the-kind", "nothing-of-the-kind"),
    ],
)
def test_a_metric_that_cannot_judge_is_refused_before_there_is_a_run(
    tiny, with_metrics, tmp_path, metric, words
):
    with pytest.raises(UsageError, match=words):
        train(tiny(monitor=metric), tmp_path / "run", with_metrics)
    assert not (tmp_path / "run").exists()


def test_without_targets_a_metric_that_needs_one_is_refused(tiny, with_metrics, tmp_path):
    config = tiny(
        data={"target": None, "target_scale": "own"},
        patches={"blind_spots": {}},
        monitor="debcr-zoo/ssim",
    )
    with pytest.raises(UsageError, match="cannot be monitored here"):
        train(config, tmp_path / "run", with_metrics)
