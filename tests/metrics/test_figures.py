"""Pictures: what they show, and that they are drawn without global state."""

import math
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from debcr_core.components import Figure
from debcr_core.errors import UsageError
from debcr_core.image import make_image
from debcr_plugins.figures.caption import caption
from debcr_plugins.figures.scale_bar import length_label, round_length
from debcr_plugins.figures.side_by_side import side_by_side
from debcr_plugins.metrics.fourier_rings import FrcCurve, frc_curve
from debcr_plugins.metrics.frc_plot import frc_plot

RAMP = np.tile(np.arange(64.0), (48, 1))
NO_BREAK = "\N{NO-BREAK SPACE}"


def grey(path):
    return np.asarray(Image.open(path).convert("L"), dtype=float)


def test_images_stand_from_left_to_right_in_the_order_given(tmp_path):
    side_by_side({"dark": RAMP, "bright": RAMP + 60}, 0.1, tmp_path / "pair.png")
    picture = grey(tmp_path / "pair.png")
    half = picture.shape[1] // 2
    assert picture[:, half:].mean() > picture[:, :half].mean() + 80


def test_common_contrast_keeps_a_dim_image_dim_and_own_contrast_does_not(tmp_path):
    images = {"dim": RAMP / 10, "bright": RAMP}
    side_by_side(images, 0.1, tmp_path / "common.png", common_contrast=True)
    side_by_side(images, 0.1, tmp_path / "own.png", common_contrast=False)
    common, own = grey(tmp_path / "common.png"), grey(tmp_path / "own.png")
    half = common.shape[1] // 2
    assert common[:, :half].mean() < 0.5 * own[:, :half].mean()


def test_panels_have_the_proportions_of_the_image(tmp_path):
    side_by_side({"wide": np.zeros((50, 200))}, None, tmp_path / "wide.png")
    side_by_side({"tall": np.zeros((200, 50))}, None, tmp_path / "tall.png")
    wide, tall = grey(tmp_path / "wide.png"), grey(tmp_path / "tall.png")
    assert wide.shape[1] > 2.5 * wide.shape[0]
    assert tall.shape[0] > 2.5 * tall.shape[1]


def test_a_zoom_adds_a_second_row_with_the_enlarged_part(tmp_path):
    spot = np.zeros((64, 64))
    spot[10:20, 30:40] = 1
    side_by_side({"spot": spot}, 0.1, tmp_path / "whole.png")
    side_by_side({"spot": spot}, 0.1, tmp_path / "zoom.png", zoom=np.s_[10:20, 30:40])
    whole, zoomed = grey(tmp_path / "whole.png"), grey(tmp_path / "zoom.png")
    assert zoomed.shape[0] > 1.7 * whole.shape[0]
    assert (zoomed > 200).mean() > 0.35  # the part fills the second row


def test_captions_need_room_and_get_it(tmp_path):
    figures = [Figure("PSNR", 24.0567, "dB"), Figure("FRC resolution half-bit", 0.31, "µm")]
    side_by_side({"ramp": RAMP}, 0.1, tmp_path / "plain.png")
    text = {"ramp": caption(figures * 3)}
    side_by_side({"ramp": RAMP}, 0.1, tmp_path / "captioned.png", captions=text)
    assert grey(tmp_path / "captioned.png").shape[0] > grey(tmp_path / "plain.png").shape[0] + 60


@pytest.mark.parametrize(
    "images",
    [{}, {"stack": np.zeros((2, 3, 4))}, {"a": np.zeros((3, 4)), "b": np.zeros((3, 5))}],
    ids=["none", "a stack", "of different shape"],
)
def test_only_planes_of_one_shape_stand_side_by_side(images, tmp_path):
    with pytest.raises(UsageError, match="single planes"):
        side_by_side(images, 0.1, tmp_path / "never.png")
    assert not (tmp_path / "never.png").exists()


def test_a_caption_breaks_only_between_figures():
    text = caption([Figure("PSNR", 24.0567, "dB"), Figure("SSIM", 0.63381)])
    assert text.split() != text.split(" ")
    assert text.replace(NO_BREAK, " ") == "PSNR = 24.1 dB  SSIM = 0.634"
    assert [part for part in text.split(" ") if part] == [
        f"PSNR{NO_BREAK}={NO_BREAK}24.1{NO_BREAK}dB",
        f"SSIM{NO_BREAK}={NO_BREAK}0.634",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "", "0.00"),
        (12345.6, "", "12346"),
        (1.5e-7, "", "1.5e-07"),
        (-3.14159, "", "-3.14"),
        (4.2, "pixel", "4.20 px"),
        (math.inf, "dB", "∞ dB"),
        (math.nan, "µm", "undefined"),
    ],
)
def test_figures_are_rounded_to_three_digits(value, unit, text):
    assert caption([Figure("F", value, unit)]).replace(NO_BREAK, " ") == f"F = {text}"


@pytest.mark.parametrize(
    ("extent", "length", "label"),
    [
        (4.2, 2, "2 µm"),
        (5.0, 5, "5 µm"),
        (0.3, 0.2, "200 nm"),
        (99, 50, "50 µm"),
        (1000, 1000, "1000 µm"),
    ],
)
def test_a_scale_bar_has_a_round_length_that_fits(extent, length, label):
    assert round_length(extent) == pytest.approx(length)
    assert length_label(round_length(extent), "µm") == label


def test_an_frc_plot_shows_every_curve_in_its_colour(tmp_path):
    source = np.random.default_rng(0)
    reference = make_image(RAMP + source.normal(size=RAMP.shape), "yx")
    curves = {
        label: frc_curve(make_image(RAMP + noise * source.normal(size=RAMP.shape), "yx"), reference)
        for label, noise in (("input", 20), ("restored", 1))
    }
    frc_plot(curves, tmp_path / "frc.png")
    picture = np.asarray(Image.open(tmp_path / "frc.png").convert("RGB"), dtype=int)
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(picture - colour).sum(axis=-1) < 10).sum() > 500


def test_an_frc_plot_of_curves_without_a_crossing_can_be_drawn(tmp_path):
    plane = make_image(RAMP + np.random.default_rng(0).normal(size=RAMP.shape), "yx")
    curve = frc_curve(plane, plane)
    assert math.isnan(curve.resolution(1 / 7))
    frc_plot({"itself": curve}, tmp_path / "frc.png")
    assert grey(tmp_path / "frc.png").min() < 200


def test_curves_in_micrometres_and_in_pixels_share_no_axis(tmp_path):
    rings = np.array([0.1, 0.2]), np.array([1.0, 0.0]), np.array([8, 12])
    curves = {"known": FrcCurve(*rings, pixel_size=0.1), "unknown": FrcCurve(*rings)}
    with pytest.raises(UsageError, match="these are 2, in pixel and µm"):
        frc_plot(curves, tmp_path / "never.png")
    with pytest.raises(UsageError, match="these are 0"):
        frc_plot({}, tmp_path / "never.png")


def test_drawing_leaves_pyplot_and_its_global_state_alone(tmp_path):
    code = f"""
import sys
from pathlib import Path
import numpy as np
from debcr_plugins.figures import caption, side_by_side
from debcr_plugins.metrics import frc_plot
from debcr_plugins.metrics.fourier_rings import FrcCurve
assert "matplotlib" not in sys.modules
curve = FrcCurve(np.array([0.1, 0.2]), np.array([1.0, 0.0]), np.array([8, 12]))
frc_plot.frc_plot({{"curve": curve}}, Path({str(tmp_path / "frc.png")!r}))
side_by_side.side_by_side({{"noise": np.eye(9)}}, 0.1, Path({str(tmp_path / "pair.png")!r}))
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
