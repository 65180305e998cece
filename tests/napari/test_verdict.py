"""Whether a model suits an image is said before any work, plainly, and for the newest image."""

from __future__ import annotations

import threading

import dask.array as da
import numpy as np
import pytest

pytest.importorskip("napari")

from napari.components import ViewerModel
from napari.utils.theme import get_theme
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QApplication

from debcr_core import load_model, make_image
from debcr_core.components import Model, Predictor
from debcr_core.recipe import Recipe
from debcr_core.signature import Signature
from debcr_core.trained import Card, TrainedModel
from napari_adapter.context import Context
from napari_adapter.models import verdict_label
from napari_adapter.models.judging import Judgement
from napari_adapter.models.shades import ON_DARK, ON_LIGHT
from napari_adapter.models.verdict_label import VerdictLabel


class Stranger(Model):
    """A network that takes what it is said to take; it is never run."""

    name = "stranger"

    seen: Signature

    @property
    def signature(self) -> Signature:
        return self.seen

    def predictor(self, weights, device) -> Predictor:
        raise AssertionError("a verdict runs no network")


@pytest.fixture
def context():
    made = Context(ViewerModel())
    yield made
    made.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "DeBCR"]


@pytest.fixture
def label(context, qtbot):
    made = VerdictLabel(context)
    made.setFixedWidth(330)
    qtbot.addWidget(made)
    return made


@pytest.fixture(scope="module")
def denoise(plugins):
    return load_model("denoise", plugins=plugins)


@pytest.fixture
def trained(denoise):
    """Return a function that makes a model of a stranger, by what it takes and its card."""

    def make(axes="yx", channels=1, **card) -> TrainedModel:
        seen = Signature(axes, (1,) * len(axes.replace("c", "")), channels_in=channels)
        recipe = Recipe(
            **{key: getattr(denoise.recipe, key) for key in ("normalizer", "tiler", "blender")},
            model=Stranger(seen=seen),
        )
        return TrainedModel("stranger", recipe, denoise.weights, Card(**card))

    return make


def photographed(photons=50, shape=(256, 256)) -> np.ndarray:
    """Return blobs before a dark background, with the noise of photons."""
    y, x = np.indices(shape)
    blobs = np.exp(-(((y % 64 - 32) ** 2 + (x % 64 - 32) ** 2) / 200))
    return np.random.default_rng(0).poisson(photons * blobs + 1).astype(np.uint16)


def judged(label, qtbot, image, trained) -> Judgement | None:
    label.judge(image, trained)
    qtbot.waitUntil(lambda: not label.running, timeout=20_000)
    return label.verdict


def told(label) -> str:
    return f"{label.word.text()} {label.reasons.text()}".replace("\u200b", "")


def test_a_raw_micrograph_fits_and_its_noise_is_told(label, qtbot, denoise) -> None:
    verdict = judged(label, qtbot, make_image(photographed(), "yx"), denoise)
    assert verdict.level == "fits"
    assert 25 < verdict.photons < 100
    assert told(label).startswith("Fits. Its noise is that of about")
    assert label.sign.text() == "✓"


def test_an_enlarged_image_is_doubtful_with_the_reason(label, qtbot, denoise) -> None:
    enlarged = photographed().repeat(2, 0).repeat(2, 1)
    verdict = judged(label, qtbot, make_image(enlarged, "yx"), denoise)
    assert verdict.level == "doubtful"
    assert told(label).startswith("Doubtful because: Each pixel of the camera stands in it as 2×2")
    assert label.sign.text() == "⚠"


def test_a_pixel_size_far_from_the_trained_one_is_doubtful(label, qtbot, trained) -> None:
    size, unit = {"y": 2.0, "x": 2.0}, {"y": "micrometer", "x": "micrometer"}
    image = make_image(photographed(), "yx", pixel_size=size, unit=unit)
    model = trained(description="x", pixel_size=(0.05, 0.1))
    assert judged(label, qtbot, image, model).level == "doubtful"
    assert "The pixel size of 2 µm is far from" in told(label)


@pytest.mark.parametrize(
    ("axes", "channels", "image", "reason"),
    [
        ("zyx", 1, make_image(photographed(), "yx"), "It lacks the axes z"),
        (
            "cyx",
            3,
            make_image(np.stack([photographed()] * 2), "cyx"),
            "works on 3 channels at once, but the image has 2",
        ),
        (
            "yx",
            1,
            make_image(np.stack([photographed()] * 3), "cyx").assign_attrs(rgb=True),
            "It is a colour (RGB) image, and the model restores intensities: choose a channel.",
        ),
    ],
)
def test_what_would_be_refused_does_not_fit(
    label, qtbot, trained, axes, channels, image, reason
) -> None:
    assert judged(label, qtbot, image, trained(axes, channels, description="x")).level == "unfit"
    assert told(label).startswith("Does not fit:")
    assert reason in told(label)
    assert "--" not in told(label), "options of the command line help nobody here"
    assert label.sign.text() == "✗"


def test_a_model_whose_makers_say_nothing_is_not_said_to_fit(label, qtbot, trained) -> None:
    verdict = judged(label, qtbot, make_image(photographed().repeat(2, 0), "yx"), trained())
    assert verdict.level == "unknown"
    assert verdict.photons is not None
    assert told(label).startswith("Nothing speaks against it. On what kinds of images")


def test_what_a_card_covers_is_no_reason_to_doubt(label, qtbot, trained) -> None:
    enlarged = make_image(photographed().repeat(2, 0).repeat(2, 1), "yx")
    for covers, level in [((), "doubtful"), (("repeated-pixels",), "fits")]:
        model = trained(description="x", covers=covers)
        assert judged(label, qtbot, enlarged, model).level == level


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((200, 200), np.nan, np.float32),
        np.ones((200, 200), np.uint8),
        np.zeros((1, 1), np.float32),
    ],
    ids=["nan", "constant", "one pixel"],
)
def test_where_nothing_can_be_measured_that_is_said(label, qtbot, denoise, pixels) -> None:
    assert judged(label, qtbot, make_image(pixels, "yx"), denoise).level == "unknown"
    assert "Its noise could not be measured" in told(label)


def test_the_newest_image_is_judged_and_the_former_one_dropped(label, qtbot, denoise) -> None:
    heard = []
    label.judged.connect(lambda: heard.append(label.verdict))
    label.judge(make_image(photographed(shape=(1024, 1024)), "yx"), denoise)
    enlarged = make_image(photographed().repeat(2, 0).repeat(2, 1), "yx")
    assert judged(label, qtbot, enlarged, denoise).level == "doubtful"
    qtbot.wait(300)
    assert [verdict.level for verdict in heard] == ["doubtful"]


def test_no_image_or_no_model_is_judged_as_nothing(label, qtbot, denoise) -> None:
    image = make_image(photographed(), "yx")
    for pair in [(None, denoise), (image, None)]:
        judged(label, qtbot, image, denoise)
        label.judge(*pair)
        assert label.verdict is None
        assert not label.running
        assert told(label).strip() == ""


def test_of_a_lazy_image_some_chunks_are_read_beside_the_main_thread(label, qtbot, denoise) -> None:
    read = []

    def chunk(block_info=None) -> np.ndarray:
        read.append(threading.current_thread())
        return photographed()[None]

    pixels = da.map_blocks(
        chunk, dtype=np.uint16, chunks=((1,) * 100, (256,), (256,)), meta=np.zeros((0, 0, 0), "u2")
    )
    assert judged(label, qtbot, make_image(pixels, "tyx"), denoise).level == "fits"
    assert 0 < len(read) < 20
    assert threading.main_thread() not in read


def test_a_stop_is_answered_between_two_windows(label, qtbot, denoise) -> None:
    going, reached, read = threading.Event(), threading.Event(), []

    def chunk(block_info=None) -> np.ndarray:
        read.append(1)
        reached.set()
        going.wait(10)
        return photographed()[None]

    pixels = da.map_blocks(
        chunk, dtype=np.uint16, chunks=((1,) * 100, (256,), (256,)), meta=np.zeros((0, 0, 0), "u2")
    )
    label.judge(make_image(pixels, "tyx"), denoise)
    assert reached.wait(10)
    label.judge(None, None)
    going.set()
    qtbot.waitUntil(lambda: not any(t.name == "DeBCR" for t in threading.enumerate()), timeout=5000)
    assert len(read) == 1


def test_pixels_that_cannot_be_read_are_told_of(label, qtbot, context, denoise) -> None:
    def chunk(block_info=None) -> np.ndarray:
        raise OSError("the disk is gone")

    pixels = da.map_blocks(
        chunk, dtype=np.uint16, chunks=((256,), (256,)), meta=np.zeros((0, 0), "u2")
    )
    assert judged(label, qtbot, make_image(pixels, "yx"), denoise) is None
    assert told(label).startswith("The image could not be compared with the model.")
    assert "the disk is gone" in context.log.entries[-1].sentence
    assert judged(label, qtbot, make_image(photographed(), "yx"), denoise).level == "fits"


def test_judging_goes_on_when_the_widget_is_shown_again(label, qtbot, context, denoise) -> None:
    label.judge(make_image(photographed(), "yx"), denoise)
    context.close()
    label.hide()
    label.show()
    qtbot.waitUntil(lambda: label.verdict is not None, timeout=10_000)
    assert label.verdict.level == "fits"


def luminance(colour: QColor) -> float:
    """Return the relative luminance of WCAG 2.2."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize(("theme", "colours"), [("dark", ON_DARK), ("light", ON_LIGHT)])
def test_colours_can_be_read_in_both_themes(theme, colours) -> None:
    behind = luminance(QColor(get_theme(theme).background.as_hex()))
    for colour in colours.values():
        darker, lighter = sorted((behind, luminance(QColor(colour))))
        assert (lighter + 0.05) / (darker + 0.05) > 4.5


@pytest.mark.each_napari
def test_the_sign_takes_the_colours_of_the_theme(dock, viewer, qtbot, denoise) -> None:
    label = VerdictLabel(dock.context)
    viewer.window.add_dock_widget(label, name="Verdict", area="left")
    judged(label, qtbot, make_image(photographed(), "yx"), denoise)
    for theme, colours in (("light", ON_LIGHT), ("dark", ON_DARK)):
        viewer.theme = theme
        QApplication.processEvents()
        assert colours["good"] in label.sign.styleSheet()


def test_each_level_has_a_sign_and_a_word_of_its_own() -> None:
    told = [(sign, word) for sign, _, word in verdict_label.WORDS.values()]
    assert len({word for _, word in told}) == len(told)
    assert all(sign for sign, _ in told)
