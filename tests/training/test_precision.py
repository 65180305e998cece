"""16 bits only where the processor has arithmetic of 16 bits; a run keeps its precision."""

from __future__ import annotations

import pytest
import torch

from debcr_core.bfloat16 import computes_bfloat16
from debcr_core.errors import UsageError
from debcr_core.notices import listening
from debcr_core.torch_model import choose_device
from debcr_plugins.training.config_file import load_config
from debcr_plugins.training.precision import suited_to_machine
from debcr_plugins.training.run_folder import RunFolder
from debcr_plugins.training.training import train

MIXED = pytest.mark.parametrize("asked", ["bf16-mixed", "16-mixed"])


@pytest.fixture
def processor(monkeypatch):
    """Return a function that has the processor compute with bfloat16, or not."""

    def have(bfloat16):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": bfloat16})

    return have


@pytest.mark.parametrize("has", [True, False])
def test_older_releases_of_pytorch_tell_of_x86_alone(monkeypatch, has):
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: has)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert computes_bfloat16() is has


def asked_for(tiny, value, **machine):
    return tiny(machine={"precision": value, **machine}, stopping={"epochs": 1})


@MIXED
def test_without_its_instructions_a_new_run_computes_in_float32_and_says_so(tiny, processor, asked):
    processor(bfloat16=False)
    with listening() as heard:
        config = suited_to_machine(asked_for(tiny, asked))
    assert config.machine.precision == "32-true"
    (warning,) = heard
    assert "no instructions for bfloat16" in str(warning)
    assert f"precision: {asked} would be several times slower" in str(warning)


@pytest.mark.parametrize(
    ("bfloat16", "asked", "accelerator"),
    [(True, "bf16-mixed", "cpu"), (False, "32-true", "cpu"), (False, "bf16-mixed", "gpu")],
)
def test_what_the_machine_can_do_stays_as_it_was_asked_for(
    tiny, processor, bfloat16, asked, accelerator
):
    processor(bfloat16)
    config = asked_for(tiny, asked, accelerator=accelerator)
    with listening() as heard:
        assert suited_to_machine(config) == config
    assert not heard


@pytest.mark.skipif(choose_device("auto") != "cpu", reason="auto means a GPU here")
def test_auto_means_the_processor_where_there_is_no_gpu(tiny, processor):
    processor(bfloat16=False)
    with listening():
        config = suited_to_machine(asked_for(tiny, "bf16-mixed", accelerator="auto"))
    assert config.machine.precision == "32-true"


def test_the_run_keeps_what_it_computed_in(tiny, processor, tmp_path, plugins):
    processor(bfloat16=False)
    with listening():
        train(asked_for(tiny, "bf16-mixed"), tmp_path / "run", plugins)
    kept = load_config(RunFolder(tmp_path / "run").config)
    assert kept.machine.precision == "32-true"


def test_a_resumed_run_keeps_its_precision(tiny, tmp_path, plugins):
    train(asked_for(tiny, "32-true"), tmp_path / "run", plugins)
    changed = asked_for(tiny, "bf16-mixed")
    with pytest.raises(UsageError, match="began with precision: 32-true.*now says bf16-mixed"):
        train(changed, tmp_path / "run", plugins, resume=True)


def test_it_does_not_go_on_where_its_precision_would_be_imitated(
    tiny, processor, tmp_path, plugins
):
    processor(bfloat16=True)
    config = asked_for(tiny, "bf16-mixed")
    train(config, tmp_path / "run", plugins)
    more = config.model_copy(update={"stopping": config.stopping.model_copy(update={"epochs": 2})})
    processor(bfloat16=False)
    with pytest.raises(UsageError, match="computes with precision: bf16-mixed, for which this"):
        train(more, tmp_path / "run", plugins, resume=True)
